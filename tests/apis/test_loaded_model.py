"""A model with all that its predictions need."""

from pathlib import Path

import pytest

from mmfer.apis.loaded_model import LoadedModel
from mmfer.labels import FERPLUS_CLASSES


def test_the_shipped_model_has_classes_framing_and_calibration() -> None:
    loaded = LoadedModel.load(None, None, 'cpu')
    assert loaded.classes == FERPLUS_CLASSES
    assert not loaded.model.training and not loaded.of_attributes and not loaded.rendered
    assert loaded.alignment is not None and loaded.temperature is not None


def test_a_config_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='Give the checkpoint that was trained with the config'):
        LoadedModel.load(tmp_path / 'model.py', None, 'cpu')
