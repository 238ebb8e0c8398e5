"""The components, as mmfer builds them."""

import pytest
import torch

from mmfer.registry import DATASETS, MODELS, register_all_modules

register_all_modules()


def test_max_pooling():
    maps = torch.arange(24.0).reshape(1, 2, 3, 4)
    (pooled,) = MODELS.build(dict(type='MaxPooling'))((maps,))
    assert pooled.tolist() == [[11.0, 23.0]]


def test_norm_loss():
    loss = MODELS.build(dict(type='NormLoss', loss_weight=0.5))
    assert loss(torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.zeros(2)).item() == 4.0
    with pytest.raises(ValueError, match='at least 0'):
        MODELS.build(dict(type='NormLoss', loss_weight=-1))


def test_reader_says_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match='named images was not found'):
        DATASETS.build(
            dict(type='NamedImages', data_root=str(tmp_path / 'no'), classes=['calm', 'crying'])
        )
