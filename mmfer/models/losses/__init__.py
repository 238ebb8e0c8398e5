"""Losses: each a plain function and a class that holds its options."""

from mmfer.models.losses.neighbor_label_distribution_loss import (
    NeighborLabelDistributionLoss,
    neighbor_label_distribution,
    neighbor_label_distribution_loss,
)

__all__ = [
    'NeighborLabelDistributionLoss',
    'neighbor_label_distribution',
    'neighbor_label_distribution_loss',
]
