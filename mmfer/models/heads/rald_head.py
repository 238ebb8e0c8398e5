"""The classification head of RALD (paper 003, sections 3.4 and 3.5)."""

from typing import Any

import torch
from mmengine.dist import all_gather, get_rank, get_world_size
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.models.heads.feature_loss_head import FeatureLossHead
from mmfer.models.heads.feature_losses import class_labels
from mmfer.protocols import NeighborLoss
from mmfer.registry import MODELS


@MODELS.register_module()
class RALDHead(FeatureLossHead):
    """A linear head; the loss is cross-entropy plus the KL divergence from neighbors (eq. 19-21).

    The input is the tuple of :class:`HIFENet`: the relation first, the features last. Training logs
    ``neighbor_agreement``, the share of the k nearest images with the class of the image, and
    ``neighbor_chance``, the same share for random images of the batch.

    Feature losses are added as in :class:`FeatureLossHead`. Their input is F^, the enhanced
    features; :class:`HIFENet` returns no map.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features.
        neighbor_loss: Config of the neighbor loss; None for cross-entropy alone.
        feature_losses, loss, topk, cal_acc, init_cfg: See :class:`FeatureLossHead`.

    Raises:
        ValueError: If two losses have the same name, or the neighbor loss does not meet the
            protocol :class:`mmfer.protocols.NeighborLoss`.

    Example:
        >>> head = dict(
        ...     type='RALDHead', num_classes=33, in_channels=512,
        ...     feature_losses=[dict(type='CenterLoss', num_classes=33, in_channels=512)])
    """

    OWN_LOSSES = ('loss', 'loss_neighbor')

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        neighbor_loss: dict | None = dict(type='NeighborLabelDistributionLoss'),  # noqa: B006
        **options: Any,
    ) -> None:
        super().__init__(num_classes, in_channels, **options)
        self.neighbor_loss = None if neighbor_loss is None else _build(neighbor_loss)
        self.neighbor_weight = 1.0
        """Warm-up factor of the neighbor loss, set by LabelDistributionHook."""
        self.neighbor_distributions: Tensor | None = None
        """D of every training image by ``sample_idx``, set by LabelDistributionHook."""

    def other_losses(
        self, feats: tuple[Tensor | None, ...], scores: Tensor, data_samples: list[DataSample]
    ) -> dict[str, Tensor]:
        """All losses except the loss on the scores (N, C), by name.

        Args:
            feats: (relation (N, M), features (N, D)).
            scores: (N, C).
            data_samples: N samples with ``gt_label`` or ``gt_score``, and ``sample_idx`` if the
                distributions come from the feature bank.

        Returns:
            The feature losses and, with a neighbor loss, ``loss_neighbor`` and the two logged
            shares.

        Raises:
            ValueError: If there is a neighbor loss but no relation.
        """
        losses = super().other_losses(feats, scores, data_samples)
        if self.neighbor_loss is None:
            return losses
        if feats[0] is None or feats[0].ndim != 2:
            raise ValueError(
                'RALDHead needs the relation (N, M) as the first output of the neck: use '
                "HIFENet (neighbors='cosine' without itrr), or set neighbor_loss=None."
            )
        return losses | self._neighbor_losses(self.neighbor_loss, feats[0], scores, data_samples)

    def _neighbor_losses(
        self,
        neighbor_loss: NeighborLoss,
        relation: Tensor,
        scores: Tensor,
        data_samples: list[DataSample],
    ) -> dict[str, Tensor]:
        n, m = relation.shape
        gathered = m == n * get_world_size() and get_world_size() > 1
        if self.neighbor_distributions is not None:
            index = torch.tensor([int(s.sample_idx) for s in data_samples])
            distribution = self.neighbor_distributions[index].to(scores.device)
            losses = {}
        else:
            probs = scores.detach().float().softmax(1)
            labels = class_labels(data_samples)
            if gathered:
                probs, labels = torch.cat(all_gather(probs)), torch.cat(all_gather(labels))
            offset = n * get_rank() if gathered else 0
            distribution = neighbor_loss.distribution(relation, probs, offset)
            losses = _agreement(relation, labels, neighbor_loss.k, offset)
        loss = self.neighbor_weight * neighbor_loss(scores, distribution)
        return {'loss_neighbor': loss, **losses}


def _build(config: dict) -> NeighborLoss:
    loss = MODELS.build(config)
    if not isinstance(loss, NeighborLoss):
        raise ValueError(
            f'RALDHead: neighbor_loss={type(loss).__name__} has no k, normalize or distribution(), '
            'which say how the distributions of the neighbours are formed. Derive the loss from '
            'NeighborLabelDistributionLoss.'
        )
    return loss


@torch.no_grad()
def _agreement(relation: Tensor, labels: Tensor, k: int, offset: int) -> dict[str, Tensor]:
    n, m = relation.shape
    if m < 2:
        return {}
    own = torch.arange(n, device=relation.device)
    same = (labels[own + offset, None] == labels[None]).float()
    same[own, own + offset] = 0
    others = relation.detach().clone()
    others[own, own + offset] = -torch.inf
    nearest = others.topk(min(k, m - 1), dim=1).indices
    return {
        'neighbor_agreement': same.gather(1, nearest).mean(),
        'neighbor_chance': same.sum() / (n * (m - 1)),
    }
