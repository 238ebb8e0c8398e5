from math import erf

import numpy as np
import pytest
import torch

import mmfer.models  # noqa: F401
from mmfer.models import CCAttention, cc_attention
from mmfer.registry import MODELS

N, C, H, W, K = 2, 8, 4, 5, 3
GROUPS = 4


def gelu(x):
    return x * (1 + np.vectorize(erf)(x / np.sqrt(2))) / 2


def layer_norm(x, weight, bias):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6) * weight + bias


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def convolution(x, weight, bias):
    """Grouped, zero-padded convolution of x (N, H, W, C), position by position."""
    per_group = C // GROUPS
    pad = K // 2
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    out = np.empty((N, H, W, C))
    for i in range(H):
        for j in range(W):
            window = padded[:, i : i + K, j : j + K]
            for c in range(C):
                first = c // per_group * per_group
                part = window[..., first : first + per_group]
                out[:, i, j, c] = np.einsum('nhwc,chw->n', part, weight[c]) + bias[c]
    return out


def attention_of_the_paper(x, p, softmax_dim):
    """Eq. 1-6 for x (N, H, W, C)."""
    q = convolution(x, p['query.weight'], p['query.bias'])
    q = layer_norm(gelu(q), p['query_norm.1.weight'], p['query_norm.1.bias'])
    k = gelu(x @ p['key.0.weight'].T + p['key.0.bias']) @ p['key.2.weight'].T + p['key.2.bias']
    k_global = k * x.mean((1, 2))[:, None, None]
    v = x @ p['value.weight'].T + p['value.bias']
    r = softmax(k_global + q, {'spatial': (1, 2), 'channel': -1}[softmax_dim])
    return r * v


def example(**options):
    torch.manual_seed(0)
    module = MODELS.build(
        dict(type='CCAttention', in_channels=C, kernel_size=K, groups=GROUPS, squeeze=2, **options)
    ).double()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    return module, torch.randn(N, C, H, W, dtype=torch.float64)


@pytest.mark.parametrize('softmax_dim', ['spatial', 'channel'])
@pytest.mark.parametrize('residual', [True, False])
def test_equations_1_to_6(softmax_dim, residual):
    module, x = example(softmax_dim=softmax_dim, residual=residual)
    parameters = {n: p.detach().numpy() for n, p in module.named_parameters()}
    last = x.permute(0, 2, 3, 1).numpy()
    expected = attention_of_the_paper(last, parameters, softmax_dim) + residual * last
    (found,) = module((torch.rand(1), x))
    np.testing.assert_allclose(found.detach().permute(0, 2, 3, 1), expected, rtol=1e-9)


@pytest.mark.parametrize('softmax_dim', ['spatial', 'channel'])
def test_gradient_against_finite_differences(softmax_dim):
    module, x = example(softmax_dim=softmax_dim)
    weights = np.random.default_rng(0).normal(size=(N, H, W, C))
    x.requires_grad_()
    (module((x,))[0].permute(0, 2, 3, 1) * torch.from_numpy(weights)).sum().backward()
    parameters = {n: p.detach().numpy() for n, p in module.named_parameters()}

    def objective(images):
        last = images.transpose(0, 2, 3, 1)
        return ((attention_of_the_paper(last, parameters, softmax_dim) + last) * weights).sum()

    for index in ((0, 0, 0, 0), (1, 7, 3, 4), (0, 3, 2, 1)):
        step = np.zeros((N, C, H, W))
        step[index] = 1e-5
        images = x.detach().numpy()
        expected = (objective(images + step) - objective(images - step)) / 2e-5
        np.testing.assert_allclose(x.grad[index], expected, rtol=1e-5)


def test_weights_sum_to_one_over_the_chosen_dimension():
    torch.manual_seed(0)
    x, q, k = torch.randn(3, N, H, W, C)
    ones = torch.ones(N, H, W, C)
    spatial = cc_attention(x, q, k, ones, 'spatial')
    torch.testing.assert_close(spatial.sum((1, 2)), torch.ones(N, C))
    torch.testing.assert_close(cc_attention(x, q, k, ones, 'channel').sum(3), torch.ones(N, H, W))


def test_settings_of_the_paper_for_convnext_base():
    module = CCAttention(1024)
    assert module.query.kernel_size == (7, 7) and module.query.groups == 4
    assert module.key[0].out_features == 128
    assert module.softmax_dim == 'spatial' and module.residual is True


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(in_channels=10), 'groups=4 must divide in_channels=10'),
        (dict(in_channels=12), 'squeeze=8 must divide in_channels=12'),
        (dict(in_channels=8, kernel_size=2), 'kernel_size=2 must be odd'),
        (dict(in_channels=8, softmax_dim='batch'), "'batch' must be 'spatial' or 'channel'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        CCAttention(**options)


def test_an_unknown_softmax_dim_is_refused():
    with pytest.raises(ValueError, match="'batch' must be"):
        cc_attention(*torch.randn(4, N, H, W, C), 'batch')


def test_a_pooling_convnext_is_refused():
    options = dict(depths=[1, 1, 1, 1], channels=[8, 8, 8, 8])
    feats = MODELS.build(dict(type='ConvNeXt', arch=options))(torch.randn(2, 3, 32, 32))
    for neck in (CCAttention(8), MODELS.build(dict(type='FeaturePooling'))):
        with pytest.raises(ValueError, match=r'shape \(2, 8\); a map .* Use ConvNeXtMap'):
            neck(feats)
