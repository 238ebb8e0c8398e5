"""Backbones."""

from mmfer.models.backbones.convnext_map import ConvNeXtMap

__all__ = ['ConvNeXtMap']
