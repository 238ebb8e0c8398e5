import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view

from mmfer.faces.detection.mtcnn import WEIGHTS
from mmfer.faces.detection.mtcnn_networks import ONet, PNet, RNet


@pytest.fixture(scope='module')
def weights():
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float64) for name in arrays.files}


class Reference:
    """The networks in NumPy on (C, H, W), from the figure in the paper."""

    def __init__(self, weights, network):
        self.w = {k.split('.', 1)[1]: v for k, v in weights.items() if k.startswith(network + '.')}

    def convolve(self, x, name):
        kernel, bias = self.w[f'{name}.weight'], self.w[f'{name}.bias']
        windows = sliding_window_view(x, kernel.shape[2:], axis=(1, 2))
        return np.einsum('chwij,ocij->ohw', windows, kernel) + bias[:, None, None]

    def prelu(self, x, name):
        slope = self.w[f'{name}.weight'].reshape(-1, *[1] * (x.ndim - 1))
        return np.where(x > 0, x, slope * x)

    def pool(self, x, kernel, pad):
        """Stride 2; with ``pad``, a last, partial window is used, too."""
        extra = [(-(n - kernel) % 2) if pad else 0 for n in x.shape[1:]]
        x = np.pad(x, ((0, 0), (0, extra[0]), (0, extra[1])), constant_values=-np.inf)
        return sliding_window_view(x, (kernel, kernel), axis=(1, 2))[:, ::2, ::2].max((3, 4))

    def linear(self, x, name):
        return self.w[f'{name}.weight'] @ x + self.w[f'{name}.bias']


def softmax(x):
    e = np.exp(x - x.max(0))
    return e / e.sum(0)


def run(network, weights, name, image):
    prefix = f'{name}.'
    state = {k[5:]: torch.from_numpy(v) for k, v in weights.items() if k.startswith(prefix)}
    network.double().load_state_dict(state)
    with torch.inference_mode():
        return [out[0].numpy() for out in network(torch.from_numpy(image)[None])]


@pytest.mark.parametrize('size', [(12, 12), (17, 14), (20, 23)])
def test_pnet_against_numpy(weights, size):
    image = np.random.default_rng(0).normal(size=(3, *size))
    ref = Reference(weights, 'pnet')
    x = ref.pool(ref.prelu(ref.convolve(image, 'trunk.0'), 'trunk.1'), 2, pad=True)
    x = ref.prelu(ref.convolve(x, 'trunk.3'), 'trunk.4')
    x = ref.prelu(ref.convolve(x, 'trunk.5'), 'trunk.6')
    probability, offsets = run(PNet(), weights, 'pnet', image)
    np.testing.assert_allclose(probability, softmax(ref.convolve(x, 'face'))[1], atol=1e-9)
    np.testing.assert_allclose(offsets, ref.convolve(x, 'box'), atol=1e-9)


def test_rnet_against_numpy(weights):
    image = np.random.default_rng(1).normal(size=(3, 24, 24))
    ref = Reference(weights, 'rnet')
    x = ref.pool(ref.prelu(ref.convolve(image, 'trunk.0'), 'trunk.1'), 3, pad=True)
    x = ref.pool(ref.prelu(ref.convolve(x, 'trunk.3'), 'trunk.4'), 3, pad=False)
    x = ref.prelu(ref.convolve(x, 'trunk.6'), 'trunk.7')
    x = ref.prelu(ref.linear(x.ravel(), 'trunk.9'), 'trunk.10')
    probability, offsets = run(RNet(), weights, 'rnet', image)
    np.testing.assert_allclose(probability, softmax(ref.linear(x, 'face'))[1], atol=1e-9)
    np.testing.assert_allclose(offsets, ref.linear(x, 'box'), atol=1e-9)


def test_onet_against_numpy(weights):
    image = np.random.default_rng(2).normal(size=(3, 48, 48))
    ref = Reference(weights, 'onet')
    x = ref.pool(ref.prelu(ref.convolve(image, 'trunk.0'), 'trunk.1'), 3, pad=True)
    x = ref.pool(ref.prelu(ref.convolve(x, 'trunk.3'), 'trunk.4'), 3, pad=False)
    x = ref.pool(ref.prelu(ref.convolve(x, 'trunk.6'), 'trunk.7'), 2, pad=True)
    x = ref.prelu(ref.convolve(x, 'trunk.9'), 'trunk.10')
    x = ref.prelu(ref.linear(x.ravel(), 'trunk.12'), 'trunk.13')
    probability, offsets, points = run(ONet(), weights, 'onet', image)
    np.testing.assert_allclose(probability, softmax(ref.linear(x, 'face'))[1], atol=1e-9)
    np.testing.assert_allclose(offsets, ref.linear(x, 'box'), atol=1e-9)
    numbers = ref.linear(x, 'points')
    np.testing.assert_allclose(points, np.stack([numbers[:5], numbers[5:]], 1), atol=1e-9)
