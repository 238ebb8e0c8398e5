"""Backbones."""

from mmfer.models.backbones.convnext_map import ConvNeXtMap
from mmfer.models.backbones.dual_branch import DualBranch

__all__ = ['ConvNeXtMap', 'DualBranch']
