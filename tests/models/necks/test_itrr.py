import pytest
import torch

from mmfer.models import ITRR


@pytest.fixture
def itrr():
    torch.manual_seed(0)
    return ITRR(16, num_heads=4, ffn_dims=8, init='default').eval()


def test_relation_is_the_mean_over_heads(itrr):
    itrr.train()
    x = torch.randn(5, 16)
    relation, out = itrr(x)
    q = (x @ itrr.attention.query.weight.T).view(5, 4, 4)
    k = (x @ itrr.attention.key.weight.T).view(5, 4, 4)
    expected = sum(0.125 * q[:, h] @ k[:, h].T for h in range(4)) / 4
    torch.testing.assert_close(relation, expected)
    torch.testing.assert_close(itrr.relation(x, x), expected)
    assert out.shape == (5, 16)


def test_support_context_ignores_the_rest_of_the_batch(itrr):
    x = torch.randn(64, 16)
    itrr.set_support(torch.randn(9, 16))
    batch = itrr(x)[1]
    alone = torch.cat([itrr(x[i : i + 1])[1] for i in range(64)])
    order = torch.randperm(64)
    torch.testing.assert_close(batch, alone, rtol=0, atol=1e-5)
    torch.testing.assert_close(batch[order], itrr(x[order])[1], rtol=0, atol=1e-5)
    itrr.set_support(torch.randn(9, 16))
    assert (itrr(x)[1] - batch).abs().max() > 1e-2


def test_batch_context_depends_on_the_batch(itrr):
    itrr.context = 'batch'
    x = torch.randn(6, 16)
    assert (itrr(x)[1][:1] - itrr(x[:1])[1]).abs().max() > 1e-3


def test_self_context_is_an_empty_support(itrr):
    x = torch.randn(3, 16)
    itrr.context = 'self'
    relation, out = itrr(x)
    assert relation is None
    itrr.context = 'batch'
    for i in range(3):
        torch.testing.assert_close(out[i : i + 1], itrr(x[i : i + 1])[1])


def test_the_error_without_a_support_set_says_how_to_make_one(itrr):
    with pytest.raises(ValueError, match='make_support_set.py'):
        itrr(torch.randn(2, 16))


def test_support_set_is_in_the_state_dict(itrr):
    itrr.set_support(torch.randn(9, 16))
    other = ITRR(16, num_heads=4, ffn_dims=8).eval()
    other.load_state_dict(
        {**itrr.state_dict(), **{k: v for k, v in other.state_dict().items() if 'pre_norm' in k}}
    )
    assert torch.equal(other.support_features, itrr.support_features)


def test_the_support_set_is_not_a_buffer_but_moves_with_the_module(itrr):
    assert 'support_features' not in itrr.state_dict()
    itrr.set_support(torch.randn(9, 16))
    assert not [name for name, _ in itrr.named_buffers() if 'support' in name]
    assert itrr.double().support_features.dtype == torch.float64
    kept = itrr.support_features.clone()
    other = ITRR(16, num_heads=4, ffn_dims=8, init='default').double()
    missing, unexpected = other.load_state_dict(itrr.state_dict(), strict=True)
    assert not missing and not unexpected
    other.support_features.zero_()
    assert torch.equal(itrr.support_features, kept)
    itrr.clear_support()
    assert itrr.support_features.shape == (0, 16)


def test_benchmarks_get_a_random_support_set(itrr):
    itrr.prepare_benchmark(7)
    assert itrr.support_features.shape == (7, 16) and itrr(torch.randn(2, 16))[1].shape == (2, 16)


def test_unknown_context():
    with pytest.raises(ValueError, match="context='all'"):
        ITRR(context='all')
