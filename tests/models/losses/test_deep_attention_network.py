import logging

import numpy as np
import pytest
import torch

from mmfer.models.losses import DeepAttentionNetwork
from mmfer.registry import MODELS

WIDTHS = (6, 5, 4)


def network(map_size=(2, 4)):
    torch.manual_seed(0)
    config = dict(type='DeepAttentionNetwork', in_channels=3, map_size=map_size)
    module = MODELS.build({**config, 'hidden_channels': WIDTHS})
    for name, tensor in module.state_dict().items():  # so that nothing is 0 or 1 by chance
        if tensor.is_floating_point():
            tensor.copy_(
                torch.rand(tensor.shape) + 0.2 if 'var' in name else torch.randn_like(tensor)
            )
    return module.double()


def reference(state, maps, training):
    """Eq. 10-14."""
    weights = {name: tensor.numpy() for name, tensor in state.items()}

    def encode(branch, x):
        for layer, activation in enumerate((np.maximum, np.maximum, None)):
            linear, norm = f'{branch}.{3 * layer}', f'{branch}.{3 * layer + 1}'
            x = x @ weights[f'{linear}.weight'].T + weights[f'{linear}.bias']
            mean, var = weights[f'{norm}.running_mean'], weights[f'{norm}.running_var']
            if training:
                mean, var = x.mean(0), x.var(0)
            x = (x - mean) / np.sqrt(var + 1e-5)
            x = x * weights[f'{norm}.weight'] + weights[f'{norm}.bias']
            x = np.tanh(x) if activation is None else activation(x, 0)
        return x

    q1 = encode('pooled_encoder', maps.max((2, 3)))
    q2 = encode('map_encoder', maps.reshape(len(maps), -1))
    q = np.tanh(q1 + q2)
    a = np.zeros((len(maps), maps.shape[1]))
    for j in range(maps.shape[1]):
        include, exclude = (
            q @ weights['heads.weight'][2 * j + side] + weights['heads.bias'][2 * j + side]
            for side in (0, 1)
        )
        a[:, j] = np.exp(include) / (np.exp(include) + np.exp(exclude))
    return a


@pytest.mark.parametrize('training', [True, False])
def test_equations(training):
    module = network().train(training)
    maps = np.random.default_rng(0).normal(size=(5, 3, 2, 4))
    expected = reference(module.state_dict(), maps, training)
    actual = module(torch.tensor(maps))
    np.testing.assert_allclose(actual.detach(), expected, rtol=1e-9)
    assert actual.shape == (5, 3) and actual.min() > 0 and actual.max() < 1
    assert actual.detach().std() > 0.01


@pytest.mark.parametrize('training', [True, False])
def test_the_map_gets_a_gradient(training):
    module = network().train(training)
    rng = np.random.default_rng(1)
    maps, weight = rng.normal(size=(4, 3, 2, 4)), rng.normal(size=(4, 3))
    x = torch.tensor(maps, requires_grad=True)
    (module(x) * torch.tensor(weight)).sum().backward()
    for index in [(0, 0, 0, 0), (1, 2, 1, 3), (3, 1, 0, 2)]:
        step = np.zeros_like(maps)
        step[index] = 1e-6
        up, down = (reference(module.state_dict(), maps + s, training) for s in (step, -step))
        slope = ((up - down) * weight).sum() / 2e-6
        np.testing.assert_allclose(x.grad[index], slope, rtol=1e-5, atol=1e-9)


def test_one_image_uses_the_running_statistics():
    module = network()
    maps = np.random.default_rng(2).normal(size=(1, 3, 2, 4))
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    expected = reference(before, maps, training=False)
    actual = module.train()(torch.tensor(maps))
    np.testing.assert_allclose(actual.detach(), expected)
    actual.sum().backward()
    assert all(weight.grad.isfinite().all() for weight in module.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


def test_weights_are_counted(caplog):
    from mmengine.logging import MMLogger

    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO):
            module = DeepAttentionNetwork(512, 7)
    finally:
        logger.removeHandler(caplog.handler)
    pooled = 512 * 256 + 256 * 128 + 128 * 64 + 3 * (256 + 128 + 64)
    flattened = pooled + (49 - 1) * 512 * 256
    heads = 64 * 1024 + 1024
    assert sum(p.numel() for p in module.parameters()) == pooled + flattened + heads
    assert 'DeepAttentionNetwork: 6.70 M weights.' in caplog.text


def test_one_number_sets_both_sides():
    assert DeepAttentionNetwork(3, 2, WIDTHS).map_shape == (3, 2, 2)


def test_wrong_shapes():
    with pytest.raises(ValueError, match=r'hidden_channels=\(6, 5\) .* three widths'):
        DeepAttentionNetwork(3, 2, (6, 5))
    module = network()
    for shape in ((2, 3, 7, 7), (2, 3), (2, 4, 2, 4)):
        with pytest.raises(ValueError, match=r'built for \(N, 3, 2, 4\): set in_channels'):
            module(torch.rand(shape, dtype=torch.float64))
