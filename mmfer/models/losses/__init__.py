"""Losses: each is a function, and a class that holds the options."""

from mmfer.models.losses.attention_mask_loss import AttentionMaskLoss, attention_mask_loss
from mmfer.models.losses.center_loss import CenterLoss, center_loss
from mmfer.models.losses.centers import Centers
from mmfer.models.losses.coarse_loss import CoarseLoss, coarse_loss
from mmfer.models.losses.contrastive_loss import ContrastiveLoss, contrastive_loss
from mmfer.models.losses.deep_attention_network import DeepAttentionNetwork
from mmfer.models.losses.heat_map_divergence import gaussian_maps, heat_map_divergence
from mmfer.models.losses.island_loss import IslandLoss, island_loss
from mmfer.models.losses.neighbor_label_distribution_loss import (
    NeighborLabelDistributionLoss,
    disagreement,
    neighbor_label_distribution,
    neighbor_label_distribution_loss,
)
from mmfer.models.losses.one_vs_rest_loss import OneVsRestLoss, one_vs_rest_loss
from mmfer.models.losses.response_distillation_loss import (
    ResponseDistillationLoss,
    response_distillation_loss,
)
from mmfer.models.losses.self_adaptive_deep_center_loss import (
    SelfAdaptiveDeepCenterLoss,
    self_adaptive_deep_center_loss,
)
from mmfer.models.losses.separate_loss import SeparateLoss, separate_loss
from mmfer.models.losses.similarity_preserving_loss import (
    SimilarityPreservingLoss,
    similarity_preserving_loss,
)
from mmfer.models.losses.softmax_focal_loss import SoftmaxFocalLoss, softmax_focal_loss
from mmfer.models.losses.wing_loss import WingLoss, wing_loss

__all__ = [
    'AttentionMaskLoss',
    'CenterLoss',
    'Centers',
    'CoarseLoss',
    'ContrastiveLoss',
    'DeepAttentionNetwork',
    'IslandLoss',
    'NeighborLabelDistributionLoss',
    'OneVsRestLoss',
    'ResponseDistillationLoss',
    'SelfAdaptiveDeepCenterLoss',
    'SeparateLoss',
    'SimilarityPreservingLoss',
    'SoftmaxFocalLoss',
    'WingLoss',
    'attention_mask_loss',
    'center_loss',
    'coarse_loss',
    'contrastive_loss',
    'disagreement',
    'gaussian_maps',
    'heat_map_divergence',
    'island_loss',
    'neighbor_label_distribution',
    'neighbor_label_distribution_loss',
    'one_vs_rest_loss',
    'response_distillation_loss',
    'self_adaptive_deep_center_loss',
    'separate_loss',
    'similarity_preserving_loss',
    'softmax_focal_loss',
    'wing_loss',
]
