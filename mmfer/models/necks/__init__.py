"""Necks."""

from mmfer.models.necks.cc_attention import CCAttention, cc_attention
from mmfer.models.necks.feature_pooling import FeaturePooling
from mmfer.models.necks.hife_net import HIFENet
from mmfer.models.necks.hlrr import HLRR, hierarchy_bias
from mmfer.models.necks.itrr import ITRR
from mmfer.models.necks.label_embedding import LabelEmbedding
from mmfer.models.necks.lgifo import LGIFO

__all__ = [
    'CCAttention',
    'HIFENet',
    'HLRR',
    'ITRR',
    'LGIFO',
    'FeaturePooling',
    'LabelEmbedding',
    'cc_attention',
    'hierarchy_bias',
]
