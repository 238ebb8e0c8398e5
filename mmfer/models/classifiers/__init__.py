"""Classifiers."""

from mmfer.models.classifiers.multi_region_net import MultiRegionNet

__all__ = ['MultiRegionNet']
