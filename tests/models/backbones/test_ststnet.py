import numpy as np
import pytest
import torch

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS

torch.set_num_threads(1)


def build(**options):
    torch.manual_seed(0)
    net = MODELS.build(dict(type='STSTNet', **options))
    net.eval()
    return net


def test_the_features_equal_the_formula() -> None:
    net = build(filters=(2, 1))
    x = np.random.default_rng(0).normal(size=(2, 3, 28, 28)).astype(np.float32)
    (found,) = net(torch.from_numpy(x))
    scaled = x / np.sqrt(1 + 1e-5)
    padded = np.pad(scaled, ((0, 0), (0, 0), (1, 1), (1, 1)))
    maps = []
    for stream in net.streams:
        weight, bias = (p.detach().numpy() for p in stream[0].parameters())
        out = np.zeros((2, len(weight), 28, 28), np.float32)
        for i in range(3):
            for j in range(3):
                part = padded[:, :, i : i + 28, j : j + 28]
                out += np.einsum('nchw,fc->nfhw', part, weight[:, :, i, j])
        out = np.maximum(out + bias[None, :, None, None], 0)
        out = np.pad(out, ((0, 0), (0, 0), (1, 1), (1, 1)))
        maps.append(out.reshape(2, len(weight), 10, 3, 10, 3).max(axis=(3, 5)))
    joined = np.concatenate(maps, axis=1)
    expected = joined.reshape(2, 3, 5, 2, 5, 2).mean(axis=(3, 5)).reshape(2, -1)
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=1e-5)


@pytest.mark.parametrize('channels', [1, 2, 3])
def test_the_network_has_400_features_and_few_weights(channels: int) -> None:
    net = build(in_channels=channels)
    (found,) = net(torch.randn(2, channels, 28, 28))
    assert found.shape == (2, 400)
    convolutions = 16 * (9 * channels + 1)
    assert sum(p.numel() for p in net.parameters()) == convolutions + 2 * channels


@pytest.mark.parametrize('options', [{'in_channels': 0}, {'filters': ()}, {'filters': (3, 0)}])
def test_empty_networks_are_refused(options: dict) -> None:
    with pytest.raises(ValueError, match='must be at least 1, and there must be a stream'):
        build(**options)
