"""Backbones."""

from mmfer.models.backbones.convnext_map import ConvNeXtMap
from mmfer.models.backbones.dual_branch import DualBranch
from mmfer.models.backbones.efficientnet_lite import EfficientNetLite
from mmfer.models.backbones.region_trunks import RegionTrunks
from mmfer.models.backbones.se_resnext38 import SEResNeXt38
from mmfer.models.backbones.ststnet import STSTNet
from mmfer.models.backbones.vgg_bn16 import VGGBN16

__all__ = [
    'ConvNeXtMap',
    'DualBranch',
    'EfficientNetLite',
    'RegionTrunks',
    'SEResNeXt38',
    'STSTNet',
    'VGGBN16',
]
