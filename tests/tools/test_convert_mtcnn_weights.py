import io
import sys
import zipfile

import joblib
import numpy as np
import pytest
import torch
from torch import nn

from mmfer.faces.detection.mtcnn_networks import ONet, PNet, RNet
from tests.helpers import ROOT, call_tool

TOOL = 'misc/convert_mtcnn_weights.py'


@pytest.fixture(scope='module')
def tool():
    sys.path.insert(0, str(ROOT / 'tools' / 'misc'))
    try:
        import convert_mtcnn_weights
    finally:
        sys.path.pop(0)
    return convert_mtcnn_weights


@pytest.fixture(scope='module')
def convert(tool):
    return tool.convert


def test_dense_layer_after_a_transposed_flatten(convert):
    """Keras: (h, w, c) is transposed to (w, h, c) and flattened; PyTorch flattens (c, h, w)."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3, 3, 64)).astype(np.float32)
    kernel = rng.normal(size=(576, 8)).astype(np.float32)
    expected = features.transpose(1, 0, 2).ravel() @ kernel
    layer = nn.Linear(576, 8, bias=False)
    layer.weight.data = torch.from_numpy(np.ascontiguousarray(convert(kernel, (8, 576))))
    flat = torch.from_numpy(features).permute(2, 0, 1).flatten()
    np.testing.assert_allclose(layer(flat).detach(), expected, rtol=1e-4, atol=1e-4)


def test_convolution_and_slopes(convert):
    kernel = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    assert convert(kernel, (5, 4, 2, 3))[4, 3, 1, 2] == kernel[1, 2, 3, 4]
    assert convert(np.arange(6).reshape(1, 1, 6), (6,)).tolist() == [0, 1, 2, 3, 4, 5]


def keras_shape(parameter):
    if parameter.ndim == 4:
        return tuple(parameter.shape[i] for i in (2, 3, 1, 0))
    return tuple(parameter.shape)[::-1]


def test_the_weights_of_a_wheel_are_converted(tool, tmp_path):
    wheel = tmp_path / 'mtcnn-1.0.0-py3-none-any.whl'
    with zipfile.ZipFile(wheel, 'w') as archive:
        for name, network in (('pnet', PNet()), ('rnet', RNet()), ('onet', ONet())):
            buffer = io.BytesIO()
            arrays = [np.ones(keras_shape(p), np.float32) for p in network.state_dict().values()]
            joblib.dump(arrays, buffer)
            archive.writestr(f'mtcnn/assets/weights/{name}.lz4', buffer.getvalue())
    weights = tool.convert_wheel(wheel.read_bytes())
    state = {k[5:]: torch.from_numpy(weights[k]) for k in weights if k[:5] == 'onet.'}
    ONet().load_state_dict(state)
    # Only the wheel of PyPI is read by the tool, because a pickle can run code.
    result = call_tool(TOOL, wheel, tmp_path / 'out.npz', check=False)
    assert result.returncode == 1 and 'is not mtcnn-1.0.0-py3-none-any.whl of PyPI' in result.stderr
    assert not (tmp_path / 'out.npz').exists()
