"""The config of the landmark network trains on renderings with the crop of FaceLandmarker."""

import pytest
import torch

from mmfer.engine import load_config, train
from mmfer.faces import FaceLandmarker
from mmfer.faces.detection.landmark_network import PIXEL_MEAN, PIXEL_STD
from mmfer.faces.detection.landmark_search import CROP_MARGIN, CROP_SIZE
from mmfer.faces.detection.landmarker import WEIGHTS, read_weights
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts import LAYOUTS
from tests.helpers import ROOT

PATH = ROOT / 'configs' / 'landmarker' / 'landmarker_synthetic.py'


def test_crops_equal_those_of_the_landmarker():
    cfg = load_config(PATH)
    for pipeline in (cfg.train_pipeline, cfg.test_pipeline):
        steps = {step['type']: step for step in pipeline}
        assert steps['CropFace']['margin'] == CROP_MARGIN
        assert steps['ResizeFace']['size'] == CROP_SIZE
    preprocessor = cfg.model.data_preprocessor
    assert preprocessor.mean == [PIXEL_MEAN] * 3 and preprocessor.std == [PIXEL_STD] * 3
    layouts = {d.data_root.split('/')[-1] for d in cfg.train_dataloader.dataset.datasets}
    assert layouts == {'celeba', 'fgemotions', 'ifer'} < set(LAYOUTS)


@pytest.fixture
def trained(rendered_fgemotions, tmp_path):
    """A run of a few steps from the shipped weights on two tiny sets."""
    celeba = tmp_path / 'celeba'
    generate('celeba', celeba, 'tiny', size=48, images=24, progress=False)
    roots = {'CelebA': celeba, 'FGEmotions': rendered_fgemotions}
    cfg = load_config(PATH, work_dir=str(tmp_path / 'run'))
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        datasets = [d for d in loader.dataset.datasets if d.type in roots]
        for dataset in datasets:
            dataset.data_root, dataset.indices = str(roots[dataset.type]), 8
            if dataset.type == 'FGEmotions':
                dataset.empty_classes = 'warn'
        loader.dataset.datasets = datasets
    cfg.train_dataloader.batch_size = 8
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.param_scheduler.total_steps = 1
    cfg.test_dataloader = cfg.test_evaluator = cfg.test_cfg = None
    state = FaceLandmarker().network.state_dict()
    shipped = {f'network.{k}': v for k, v in read_weights(WEIGHTS, state).items()}
    torch.save({'state_dict': shipped}, tmp_path / 'shipped.pth')
    cfg.load_from = str(tmp_path / 'shipped.pth')
    return train(cfg)


def test_it_trains_and_validates_in_the_runner(trained):
    assert trained.iter == 2
    log = trained.message_hub
    assert log.get_scalar('val/nme').current() < 15
    assert log.get_scalar('val/visibility_auc').current() > 70
    for name in ('loss_points', 'loss_heat', 'loss_visible'):
        assert log.get_scalar(f'train/{name}').current() > 0
