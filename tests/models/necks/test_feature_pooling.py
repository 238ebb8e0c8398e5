import numpy as np
import pytest
import torch

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS


def test_the_last_map_is_pooled_and_kept():
    maps = (torch.rand(2, 3, 8, 8), torch.rand(2, 5, 4, 6))
    feature_map, vector = MODELS.build(dict(type='FeaturePooling'))(maps)
    assert feature_map is maps[-1]
    np.testing.assert_allclose(vector, maps[-1].numpy().mean(axis=(2, 3)), rtol=1e-5)


def test_norm():
    x = torch.rand(2, 5, 4, 6)
    neck = MODELS.build(dict(type='FeaturePooling', in_channels=5, norm=dict(type='LN', eps=1e-6)))
    pooled = x.numpy().mean(axis=(2, 3))
    centred = pooled - pooled.mean(axis=1, keepdims=True)
    expected = centred / np.sqrt(pooled.var(axis=1, keepdims=True) + 1e-6)
    np.testing.assert_allclose(neck((x,))[1].detach().numpy(), expected, atol=1e-4)


def test_a_norm_needs_the_width():
    with pytest.raises(ValueError, match='needs in_channels'):
        MODELS.build(dict(type='FeaturePooling', norm=dict(type='LN')))


def test_a_list_of_necks_is_a_chain():
    neck = MODELS.build([dict(type='FeaturePooling'), dict(type='GlobalAveragePooling')])
    assert len(neck) == 2
