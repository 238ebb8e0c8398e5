"""Necks."""

from mmfer.models.necks.cc_attention import CCAttention, cc_attention
from mmfer.models.necks.feature_pooling import FeaturePooling
from mmfer.models.necks.hdam import HDAM
from mmfer.models.necks.hife_net import HIFEFeatures, HIFENet
from mmfer.models.necks.hlrr import HLRR, hierarchy_bias
from mmfer.models.necks.itrr import ITRR
from mmfer.models.necks.label_embedding import LabelEmbedding
from mmfer.models.necks.lgifo import LGIFO
from mmfer.models.necks.region_attention import RegionAttention, region_attention
from mmfer.models.necks.sga_net import SGANet, spatial_global_attention
from mmfer.models.necks.sk_net import SKNet, selective_kernel

__all__ = [
    'HDAM',
    'CCAttention',
    'HIFEFeatures',
    'HIFENet',
    'HLRR',
    'ITRR',
    'LGIFO',
    'FeaturePooling',
    'LabelEmbedding',
    'RegionAttention',
    'SGANet',
    'SKNet',
    'cc_attention',
    'hierarchy_bias',
    'region_attention',
    'selective_kernel',
    'spatial_global_attention',
]
