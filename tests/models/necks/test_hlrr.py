import numpy as np
import pytest
import torch

from mmfer.labels import LabelTree
from mmfer.models import HLRR, hierarchy_bias
from tests.models.necks.test_attention import block_in_numpy, weights

TREE = LabelTree.from_mapping({'fear': ['panic', 'worry'], 'love': ['lust']})


def test_the_bias_never_increases_with_distance():
    for first, steps in ((0.0, (0.0, 0.0)), (3.0, (-50.0, 4.0)), (-2.0, (9.0, -50.0))):
        b = hierarchy_bias(torch.tensor(first), torch.tensor(steps), torch.arange(3))
        expected = first - np.concatenate([[0], np.cumsum(np.log1p(np.exp(steps)))])
        np.testing.assert_allclose(b, expected, rtol=1e-5)
        assert b[0] >= b[1] >= b[2]


def test_bias_is_indexed_by_the_tree():
    b = hierarchy_bias(torch.tensor(1.0), torch.zeros(2), torch.from_numpy(TREE.distance_index))
    log2 = np.log(2)
    # Nodes: panic, worry, lust, fear, love.
    np.testing.assert_allclose(b.diagonal(), 1)
    np.testing.assert_allclose([b[0, 3], b[3, 1], b[2, 4]], 1 - log2)
    np.testing.assert_allclose([b[0, 1], b[0, 4], b[3, 4]], 1 - 2 * log2)


@pytest.mark.parametrize('residual', [True, False])
@pytest.mark.parametrize('hierarchy', [True, False])
def test_equals_the_equations(residual, hierarchy):
    """Eq. 8 and 10-12 with the distances of eq. 9, all in NumPy."""
    torch.manual_seed(0)
    hlrr = HLRR(12, hierarchy, 3, 0.3, ffn_dims=20, residual=residual, init='default')
    # Nodes: panic, worry, lust, fear, love; the graph has only the edges of the tree.
    edges = {(0, 3), (1, 3), (2, 4)}
    levels = [0.4, 0.4 - np.log1p(np.exp(0.7)), 0.4 - np.log1p(np.exp(0.7)) - np.log1p(np.exp(-1))]
    bias = np.full((5, 5), levels[2])
    for i in range(5):
        bias[i, i] = levels[0]
    for i, j in edges:
        bias[i, j] = bias[j, i] = levels[1]
    if hierarchy:
        hlrr.bias_first.data = torch.tensor(0.4)
        hlrr.bias_steps.data = torch.tensor([0.7, -1.0])
    labels = torch.randn(5, 12)
    _, expected = block_in_numpy(
        weights(hlrr.attention),
        labels.double().numpy(),
        labels.double().numpy(),
        3,
        0.3,
        residual,
        bias if hierarchy else 0.0,
    )
    out = hlrr(labels, torch.from_numpy(TREE.distance_index))
    np.testing.assert_allclose(out.detach().numpy(), expected, rtol=1e-4, atol=1e-5)


def test_attention_with_bias_and_without():
    torch.manual_seed(0)
    index = torch.from_numpy(TREE.distance_index)
    labels = torch.randn(5, 16)
    hlrr = HLRR(16, num_heads=4, ffn_dims=8, init='default')
    bias = hierarchy_bias(hlrr.bias_first, hlrr.bias_steps, index)
    keys_values = hlrr.attention.keys_values(labels)
    torch.testing.assert_close(hlrr(labels, index), hlrr.attention(labels, *keys_values, bias)[1])
    plain = HLRR(16, hierarchy=False, num_heads=4, ffn_dims=8, init='default')
    plain.attention.load_state_dict(hlrr.attention.state_dict())
    torch.testing.assert_close(plain(labels, index), hlrr.attention(labels, *keys_values)[1])
    assert not [n for n, _ in plain.named_parameters() if 'bias_' in n]


def test_the_three_scalars_learn():
    hlrr = HLRR(16, num_heads=4, init='default')
    hlrr(torch.randn(5, 16), torch.from_numpy(TREE.distance_index)).square().sum().backward()
    assert hlrr.bias_steps.grad.abs().min() > 0


def test_the_bias_starts_with_the_falls_asked_for():
    hlrr = HLRR(16, num_heads=4, falls=(1.0, 3.0))
    b = hierarchy_bias(hlrr.bias_first, hlrr.bias_steps, torch.arange(3)).detach()
    np.testing.assert_allclose(b, [0, -1, -4], atol=1e-6)
    plain = hierarchy_bias(torch.tensor(0.0), torch.zeros(2), torch.arange(3))
    default = HLRR(16, num_heads=4)
    torch.testing.assert_close(
        hierarchy_bias(default.bias_first, default.bias_steps, torch.arange(3)).detach(), plain
    )
    for falls in ((0.0, 1.0), (1.0,)):
        with pytest.raises(ValueError, match='two numbers above 0'):
            HLRR(16, falls=falls)
