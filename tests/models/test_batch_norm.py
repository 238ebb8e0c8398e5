import numpy as np
import pytest
import torch
from torch import nn

from mmfer.models.batch_norm import BatchNorm1d, BatchNorm2d


@pytest.mark.parametrize(
    ('norm', 'plain', 'shape'),
    [(BatchNorm1d, nn.BatchNorm1d, ()), (BatchNorm2d, nn.BatchNorm2d, (4, 4))],
)
def test_a_batch_of_several_is_normalized_as_in_pytorch(norm, plain, shape):
    module, reference, x = norm(3), plain(3), torch.randn(5, 3, *shape)
    assert torch.equal(module(x), reference(x))
    assert torch.equal(module.running_var, reference.running_var)


@pytest.mark.parametrize(('norm', 'shape'), [(BatchNorm1d, ()), (BatchNorm2d, (1, 1))])
def test_a_single_value_uses_the_running_statistics(norm, shape):
    module, x = norm(3), torch.randn(1, 3, *shape)
    module.running_mean[:], module.running_var[:] = 2, 9
    expected = (x.numpy() - 2) / np.sqrt(9 + module.eps)
    np.testing.assert_allclose(module(x).detach().numpy(), expected, rtol=1e-5)
    assert module.running_mean.eq(2).all() and module.running_var.eq(9).all()
