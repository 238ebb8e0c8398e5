"""The scales of a wide network take the distribution of the scales of a narrow network."""

import numpy as np
import pytest
import torch
from torch import nn

from mmfer.engine.pruning import copy_scale_distribution
from mmfer.models import VGGBN16


def test_scales_equal_the_quantiles_of_the_narrow_network():
    narrow, wide = VGGBN16(width=0.125), VGGBN16(width=0.5)
    generator = torch.Generator().manual_seed(1)
    for parameter in narrow.parameters():
        parameter.data.normal_(generator=generator)
    copy_scale_distribution(wide, narrow.state_dict())
    for (name, norm), (_, own) in zip(_norms(wide), _norms(narrow), strict=True):
        values = np.abs(own.weight.detach().numpy().astype(np.float64))
        places = (np.arange(norm.num_features) + 0.5) / norm.num_features
        expected = np.quantile(values, places)
        given = norm.weight.detach().numpy()
        np.testing.assert_allclose(np.sort(given), expected, rtol=1e-5, err_msg=name)
        assert not np.all(np.diff(given) >= 0), f'{name} is in order'


def test_other_networks_are_refused():
    with pytest.raises(ValueError, match='no scales for features'):
        copy_scale_distribution(VGGBN16(width=0.125), {})
    with pytest.raises(ValueError, match='any batch norm'):
        copy_scale_distribution(nn.Conv2d(3, 3, 1), {})


def _norms(model: nn.Module) -> list[tuple[str, nn.BatchNorm2d]]:
    return [(n, m) for n, m in model.named_modules() if isinstance(m, nn.BatchNorm2d)]
