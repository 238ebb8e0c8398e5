import numpy as np
import pytest
import torch
from scipy.special import erf, softmax

from mmfer.models.necks.attention import RelationAttention


def weights(block):
    return {k: v.detach().numpy().astype(np.float64) for k, v in block.state_dict().items()}


def layer_norm(x, weight, bias):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * weight + bias


def block_in_numpy(w, x, others, heads, scale, residual, bias=0.0, project_values=True):
    """Eq. 3-7, head by head."""
    q, k = x @ w['query.weight'].T, others @ w['key.weight'].T
    v = others @ w['value.weight'].T if project_values else others
    size = x.shape[1] // heads
    relations, outs = [], []
    for h in range(heads):
        part = slice(h * size, (h + 1) * size)
        relations.append(scale * q[:, part] @ k[:, part].T + bias)
        outs.append(softmax(relations[-1], axis=1) @ v[:, part])
    msa = np.concatenate(outs, axis=1) @ w['merge.weight'].T + (x if residual else 0)
    hidden = msa @ w['ffn.0.weight'].T + w['ffn.0.bias']
    hidden = hidden * 0.5 * (1 + erf(hidden / np.sqrt(2)))
    ffn = hidden @ w['ffn.2.weight'].T + w['ffn.2.bias']
    return np.stack(relations), layer_norm(msa + ffn, w['norm.weight'], w['norm.bias'])


@pytest.mark.parametrize('residual', [True, False])
@pytest.mark.parametrize('project_values', [True, False])
def test_equals_the_equations(residual, project_values):
    torch.manual_seed(0)
    block = RelationAttention(
        12, 3, 0.3, ffn_dims=20, residual=residual, project_values=project_values
    )
    x, others, bias = torch.randn(4, 12), torch.randn(6, 12), torch.randn(4, 6)
    relation, out = block(x, *block.keys_values(others), bias)
    expected = block_in_numpy(
        weights(block),
        x.numpy(),
        others.numpy(),
        3,
        0.3,
        residual,
        bias.numpy(),
        project_values,
    )
    np.testing.assert_allclose(relation.detach(), expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(out.detach(), expected[1], rtol=1e-4, atol=1e-5)


def test_with_own_attends_to_the_image_and_the_support():
    torch.manual_seed(0)
    block = RelationAttention(8, 2, ffn_dims=8)
    x, support = torch.randn(5, 8), torch.randn(7, 8)
    together = block.with_own(x, *block.keys_values(support))
    for i in range(5):
        row = x[i : i + 1]
        alone = block(row, *block.keys_values(torch.cat([row, support])))[1]
        torch.testing.assert_close(together[i : i + 1], alone)


def test_similarity_init_starts_as_cosine():
    block = RelationAttention(16, 4, scale=0.25, init='similarity')
    x = torch.randn(5, 16)
    relation, _ = block(x, *block.keys_values(x))
    normed = torch.nn.functional.layer_norm(x, (16,))
    # A layer-normed vector has length sqrt(D): the mean over heads is a scaled cosine.
    cosine = torch.nn.functional.cosine_similarity(normed[:, None], normed[None], dim=-1)
    torch.testing.assert_close(relation.mean(0), cosine * 16 * 0.25 / 4, rtol=1e-4, atol=1e-4)


def test_identity_init_starts_as_the_norm():
    block = RelationAttention(16, 4, init='identity')
    x = torch.randn(5, 16)
    out = block(x, *block.keys_values(torch.randn(3, 16)))[1]
    torch.testing.assert_close(out, torch.nn.functional.layer_norm(x, (16,)))


def test_bad_options():
    with pytest.raises(ValueError, match='must divide'):
        RelationAttention(10, 3)
    with pytest.raises(ValueError, match="init='magic'"):
        RelationAttention(8, 2, init='magic')


@pytest.mark.parametrize('residual', [True, False])
def test_a_gate_starts_as_the_identity_and_scales_the_block(residual):
    torch.manual_seed(0)
    block = RelationAttention(12, 3, ffn_dims=20, residual=residual, gate=True)
    x, others = torch.randn(4, 12), torch.randn(6, 12)
    assert torch.equal(block(x, *block.keys_values(others))[1], x)
    torch.nn.init.constant_(block.gate, 0.3)
    out = block(x, *block.keys_values(others))[1]
    w = weights(block)
    _, printed = block_in_numpy(w, x.numpy(), others.numpy(), 3, 0.125, residual)
    np.testing.assert_allclose(out.detach(), x.numpy() + 0.3 * printed, rtol=1e-4, atol=1e-5)
    own = block.with_own(x, *block.keys_values(others))
    for i, row in enumerate(x.split(1)):
        alone = block(row, *block.keys_values(torch.cat([row, others])))[1]
        torch.testing.assert_close(own[i : i + 1], alone)
