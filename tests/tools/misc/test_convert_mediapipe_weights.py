import sys

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from mmfer.faces.detection.blaze_networks import BlazeFaceNetwork, FaceMeshNetwork
from tests.helpers import ROOT

MISC = ROOT / 'tools' / 'misc'


@pytest.fixture(scope='module')
def tool():
    sys.path.insert(0, str(MISC))
    try:
        import convert_mediapipe_weights
    finally:
        sys.path.pop(0)
    return convert_mediapipe_weights


def test_kernels_slopes_and_biases(tool):
    kernel = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)  # (out, h, w, in)
    assert tool.convert(kernel, (2, 5, 3, 4))[1, 4, 2, 3] == kernel[1, 2, 3, 4]
    depthwise = np.arange(3 * 3 * 6).reshape(1, 3, 3, 6)  # (1, h, w, channel)
    assert tool.convert(depthwise, (6, 1, 3, 3))[4, 0, 1, 2] == depthwise[0, 1, 2, 4]
    assert tool.convert(np.arange(6).reshape(1, 1, 6), (6,)).tolist() == [0, 1, 2, 3, 4, 5]


def stored(parameter):
    """The array of a parameter as TensorFlow Lite stores it."""
    array = parameter.numpy()
    if array.ndim == 4:
        order = (1, 2, 3, 0) if array.shape[1] == 1 else (0, 2, 3, 1)
        return array.transpose(order)
    return array


@pytest.mark.parametrize('network', [BlazeFaceNetwork, FaceMeshNetwork])
def test_the_arrays_of_a_network_are_converted(tool, network):
    torch.manual_seed(0)
    state = network().state_dict()
    converted = tool.convert_network([stored(value) for value in state.values()], network())
    assert list(converted) == list(state)
    for name, value in state.items():
        assert converted[name].dtype == np.float16
        np.testing.assert_array_equal(converted[name], value.half().numpy())


def test_arrays_of_another_model_are_refused(tool):
    arrays = [stored(value) for value in BlazeFaceNetwork().state_dict().values()]
    with pytest.raises(ValueError, match='arrays for 113 parameters: the file holds another model'):
        tool.convert_network(arrays, FaceMeshNetwork())
    with pytest.raises(ValueError, match='does not fit'):
        tool.convert_network(arrays[::-1], BlazeFaceNetwork())


def test_a_depthwise_kernel_acts_channel_by_channel(tool):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 5, 3)).astype(np.float32)
    kernel = rng.normal(size=(1, 3, 3, 3)).astype(np.float32)
    weight = torch.from_numpy(np.ascontiguousarray(tool.convert(kernel, (3, 1, 3, 3))))
    found = F.conv2d(torch.from_numpy(x).permute(2, 0, 1)[None], weight, groups=3)
    for row in range(3):
        for column in range(3):
            expected = (x[row : row + 3, column : column + 3] * kernel[0]).sum(axis=(0, 1))
            np.testing.assert_allclose(found[0, :, row, column], expected, atol=1e-4)


def test_only_models_of_tensorflow_lite_are_read(tool, tmp_path):
    pytest.importorskip('tflite')
    (tmp_path / 'a.tflite').write_bytes(b'no model at all')
    with pytest.raises(ValueError, match='not a TensorFlow Lite model'):
        tool.stored_arrays(tmp_path / 'a.tflite')
