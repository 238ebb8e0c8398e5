"""Necks."""

from mmfer.models.necks.feature_pooling import FeaturePooling
from mmfer.models.necks.hife_net import HIFENet
from mmfer.models.necks.hlrr import HLRR, hierarchy_bias
from mmfer.models.necks.itrr import ITRR
from mmfer.models.necks.label_embedding import LabelEmbedding
from mmfer.models.necks.lgifo import LGIFO

__all__ = [
    'HIFENet',
    'HLRR',
    'ITRR',
    'LGIFO',
    'FeaturePooling',
    'LabelEmbedding',
    'hierarchy_bias',
]
