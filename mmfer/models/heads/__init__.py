"""Heads."""

from mmfer.models.heads.attribute_head import AttributeHead
from mmfer.models.heads.feature_loss_head import FeatureLossHead
from mmfer.models.heads.feature_losses import FeatureLosses
from mmfer.models.heads.label_scores import label_scores
from mmfer.models.heads.momentum_bank import MomentumBank
from mmfer.models.heads.multi_region_head import MultiRegionHead, weighted_scores
from mmfer.models.heads.neighbor_learning import NeighborLearning
from mmfer.models.heads.rald_head import RALDHead

__all__ = [
    'AttributeHead',
    'FeatureLossHead',
    'FeatureLosses',
    'MomentumBank',
    'MultiRegionHead',
    'NeighborLearning',
    'RALDHead',
    'label_scores',
    'weighted_scores',
]
