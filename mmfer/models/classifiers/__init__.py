"""Classifiers."""

from mmfer.models.classifiers.mirrored_classifier import MirroredClassifier
from mmfer.models.classifiers.multi_region_net import MultiRegionNet

__all__ = ['MirroredClassifier', 'MultiRegionNet']
