"""The config of the landmark network trains on renderings, and its crop is FaceLandmarker's."""

import numpy as np
import pytest
from mmengine.config import Config

from mmfer.engine import load_config, train
from mmfer.engine.testing import test as run_test
from mmfer.faces.landmark_network import CROP_MARGIN, CROP_SIZE, PIXEL_MEAN, PIXEL_STD
from mmfer.synthetic.generate import generate
from tests.helpers import ROOT

PATH = ROOT / 'configs' / 'landmarker' / 'landmarker_synthetic.py'
IMAGES = dict(celeba=20, fgemotions=99, ifer=12)


def test_crops_are_those_of_the_landmarker():
    cfg = load_config(PATH)
    for pipeline in (cfg.train_pipeline, cfg.test_pipeline):
        steps = {step['type']: step for step in pipeline}
        assert steps['CropFace']['margin'] == CROP_MARGIN
        assert steps['ResizeFace']['size'] == CROP_SIZE
    assert cfg.model.data_preprocessor.mean == [PIXEL_MEAN] * 3
    assert cfg.model.data_preprocessor.std == [PIXEL_STD] * 3
