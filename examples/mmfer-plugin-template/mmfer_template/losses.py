"""A loss on features."""

import torch

from mmfer.registry import MODELS


@MODELS.register_module()
class NormLoss(torch.nn.Module):
    """Mean squared difference of the lengths of the features from 1.

    Args:
        loss_weight: The weight of the loss, at least 0.

    Raises:
        ValueError: If the weight is negative.

    Example:
        >>> head = dict(type='FeatureLossHead', feature_losses=[dict(type='NormLoss')])
    """

    def __init__(self, loss_weight: float = 0.1) -> None:
        super().__init__()
        if loss_weight < 0:
            raise ValueError(f'NormLoss(loss_weight={loss_weight}) must be at least 0.')
        self.loss_weight = loss_weight

    def forward(
        self,
        features: torch.Tensor,
        labels: torch.Tensor,
        feature_map: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The loss for features (N, D)."""
        return self.loss_weight * (features.norm(dim=1) - 1).square().mean()
