import pytest
import torch

from mmfer.apis import FERInferencer
from mmfer.engine.trained_models.model_from_checkpoint import ModelFromCheckpoint
from mmfer.shipped_models import shipped_checkpoint
from tests.apis.model_files import write_model


def test_the_shipped_model_as_the_inferencer_loads_it():
    loaded = ModelFromCheckpoint.load(shipped_checkpoint())
    assert not loaded.model.training
    assert loaded.meta['dataset_meta']['classes'][0] == 'neutral'
    assert loaded.config.face_crop.size == 48
    other = FERInferencer().model
    images = torch.randn(2, 3, 80, 80, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(loaded.model(images), other(images), atol=1e-5, rtol=1e-5)


def test_a_checkpoint_without_config_is_refused(tmp_path):
    _, checkpoint = write_model(tmp_path)
    with pytest.raises(ValueError, match='does not contain a config'):
        ModelFromCheckpoint.load(checkpoint)
