"""The fusion and classification of the multi-region network (paper 001, section 2.5)."""

from collections.abc import Sequence

import torch
from mmpretrain.models.heads import ClsHead
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.models.heads.feature_losses import FeatureLosses, class_labels
from mmfer.models.heads.gradient_balance import GradientBalance
from mmfer.registry import MODELS


def weighted_scores(logits: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """log P of P = delta_1 softmax(z_1) + delta_2 softmax(z_2) + ... (eq. 13).

    Args:
        logits: z of each sub-network, (N, C).
        weights: delta of each sub-network; the weights sum to 1.

    Returns:
        (N, C), whose softmax is P.
    """
    stacked = torch.stack(tuple(logits)).float().log_softmax(-1)
    return (stacked + stacked.new_tensor(weights).log()[:, None, None]).logsumexp(0)


@MODELS.register_module()
class MultiRegionHead(ClsHead):
    """A fusion layer and a classifier for each sub-network.

    The scores are log P, so that their softmax is the weighted prediction P of eq. 13. The loss is
    the mean of the losses of the sub-networks; the paper does not say how they are added.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the vector of a sub-network, a region and the face together.
        hidden_channels: Width of the fusion layer.
        weights: delta of each sub-network; their number is the number of sub-networks.
        loss: Config of the loss of each sub-network.
        feature_losses: Configs of losses on the concatenated fused vectors, (N, K *
            hidden_channels) for K sub-networks, without a map; see :class:`FeatureLosses`.
        init_cfg: Initialization; the default does not change the weights of the feature losses.
        balance_interval: See :class:`FeatureLossHead`.

    Raises:
        ValueError: If the weights are negative or do not sum to 1, or two losses have the same
            name.

    Example:
        >>> head = dict(type='MultiRegionHead', num_classes=7, in_channels=1024)
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        hidden_channels: int = 512,
        weights: Sequence[float] = (0.5, 0.5),
        loss: dict = dict(type='CrossEntropyLoss', loss_weight=1.0),  # noqa: B006
        feature_losses: Sequence[dict] = (),
        init_cfg: dict | None = dict(  # noqa: B006
            type='Xavier', override=[dict(name='fusions'), dict(name='classifiers')]
        ),
        balance_interval: int = 0,
    ) -> None:
        super().__init__(loss=loss, init_cfg=init_cfg)
        if min(weights, default=-1) < 0 or abs(sum(weights) - 1) > 1e-6:
            raise ValueError(
                f'MultiRegionHead: weights={tuple(weights)}: give one weight for each sub-network; '
                'no weight may be negative, and they must sum to 1.'
            )
        self.num_classes, self.in_channels, self.weights = num_classes, in_channels, tuple(weights)
        self.fusions = nn.ModuleList(nn.Linear(in_channels, hidden_channels) for _ in weights)
        self.classifiers = nn.ModuleList(nn.Linear(hidden_channels, num_classes) for _ in weights)
        self.feature_losses = FeatureLosses(feature_losses, ('loss',))
        self.balance = GradientBalance(balance_interval)

    def fused(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """The fused vector (N, hidden_channels) of each sub-network."""
        return [fusion(x).relu() for fusion, x in zip(self.fusions, feats, strict=True)]

    def logits(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """z (N, C) of each sub-network."""
        fused = self.fused(feats)
        return [classify(x) for classify, x in zip(self.classifiers, fused, strict=True)]

    def pre_logits(self, feats: Sequence[Tensor]) -> Tensor:
        """The concatenated fused vectors, (N, K * hidden_channels)."""
        return torch.cat(self.fused(feats), dim=1)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """The vectors (N, D) of the sub-networks -> log P (N, C)."""
        return weighted_scores(self.logits(feats), self.weights)

    def loss(
        self, feats: Sequence[Tensor], data_samples: list[DataSample], **kwargs: object
    ) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            feats: The vector (N, D) of each sub-network.
            data_samples: N samples with ``gt_label`` or ``gt_score``.

        Returns:
            ``loss`` and one entry for each feature loss.
        """
        fused = self.fused(feats)
        scores = [classify(x) for classify, x in zip(self.classifiers, fused, strict=True)]
        own = [self._get_loss(z, data_samples, **kwargs)['loss'] for z in scores]
        losses = {'loss': torch.stack(own).mean()}
        if not self.feature_losses:
            return losses
        features = torch.cat(fused, dim=1)
        losses |= self.feature_losses(features, class_labels(data_samples), (features,))
        return self.balance(losses, fused)
