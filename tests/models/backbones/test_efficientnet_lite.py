import pytest
import torch
from mmcv.cnn.bricks import Swish
from mmpretrain.models.utils import SELayer

from mmfer.models.backbones import EfficientNetLite
from mmfer.registry import MODELS


def test_blocks_have_no_excitation_and_no_swish() -> None:
    backbone = MODELS.build(dict(type='EfficientNetLite', drop_path_rate=0.1))
    assert not any(isinstance(m, SELayer | Swish) for m in backbone.modules())
    assert sum(p.numel() for p in backbone.parameters()) == 3_371_008


@pytest.mark.parametrize('size', [64, 65, 96])
def test_the_network_equals_that_of_timm(size: int) -> None:
    timm = pytest.importorskip('timm')
    torch.manual_seed(0)
    other = timm.create_model('tf_efficientnet_lite0').eval()
    weights = [w for name, w in other.state_dict().items() if not name.startswith('classifier')]
    backbone = EfficientNetLite().eval()
    backbone.load_state_dict(dict(zip(backbone.state_dict(), weights, strict=True)))
    images = torch.randn(2, 3, size, size)
    with torch.no_grad():
        (found,) = backbone(images)
        torch.testing.assert_close(found, other.forward_features(images))
    assert found.shape == (2, 1280, -(-size // 32), -(-size // 32))
