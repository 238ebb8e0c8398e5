import numpy as np
import pytest
import torch

from mmfer.faces import FaceLandmarker
from mmfer.models.landmarkers import LandmarkRegressor
from tests.helpers import call_tool

TOOL = 'misc/convert_landmarker_weights.py'


def test_trained_weights_are_converted(tmp_path):
    torch.manual_seed(0)
    model = LandmarkRegressor(loss_points=dict(type='WingLoss')).eval()
    torch.save({'meta': {}, 'state_dict': model.state_dict()}, tmp_path / 'epoch_1.pth')
    result = call_tool(TOOL, tmp_path / 'epoch_1.pth', tmp_path / 'out.npz')
    assert 'weights' in result.stdout
    landmarker = FaceLandmarker(tmp_path / 'out.npz')
    x = torch.randn(1, 3, 112, 112)
    found, expected = landmarker.network(x), model(x)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, atol=5e-3, rtol=1e-2)
    with np.load(tmp_path / 'out.npz', allow_pickle=False) as arrays:
        assert arrays['seen_there'].dtype == np.float16


@pytest.mark.parametrize(
    ('state', 'message'), [(None, 'No checkpoint at'), ({'head.weight': torch.zeros(1)}, 'lacks')]
)
def test_checkpoints_without_a_network_are_refused(tmp_path, state, message):
    path = tmp_path / 'epoch_1.pth'
    if state is not None:
        torch.save({'state_dict': state}, path)
    result = call_tool(TOOL, path, tmp_path / 'out.npz', check=False)
    assert result.returncode == 2
    assert message in result.stderr
    assert not (tmp_path / 'out.npz').exists()
