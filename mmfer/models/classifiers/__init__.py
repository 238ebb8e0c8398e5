"""Classifiers."""

from mmfer.models.classifiers.distilled_classifier import DistilledClassifier
from mmfer.models.classifiers.mirrored_classifier import MirroredClassifier
from mmfer.models.classifiers.multi_region_net import MultiRegionNet

__all__ = ['DistilledClassifier', 'MirroredClassifier', 'MultiRegionNet']
