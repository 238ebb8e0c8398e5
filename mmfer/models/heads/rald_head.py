"""The classification head of RALD (paper 003, sections 3.4 and 3.5)."""

from typing import Any

import torch
from mmengine.dist import all_gather, get_rank, get_world_size
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.models.heads.feature_loss_head import FeatureLossHead
from mmfer.models.heads.feature_losses import class_labels, label_shares
from mmfer.models.heads.label_scores import label_scores
from mmfer.models.heads.momentum_bank import MomentumBank
from mmfer.models.heads.neighbor_agreement import neighbor_agreement
from mmfer.models.losses import neighbor_label_distribution
from mmfer.protocols import GivesLabels, GivesPooled, NeighborLoss
from mmfer.registry import MODELS


@MODELS.register_module()
class RALDHead(FeatureLossHead):
    """A linear head; the loss is cross-entropy plus the KL divergence from neighbors (eq. 19-21).

    The input is the tuple of :class:`HIFENet`: the relation first, the features last. Training logs
    ``neighbor_agreement``, the share of the k nearest images with the class of the image, and
    ``neighbor_chance``, the same share for random images of the batch.

    Options that are not in the paper, all off at first:

    - ``label_scale``: the label vectors replace the weights of the linear layer, by
      :func:`label_scores`; the value is s at the start, which is then learned.
    - ``auxiliary_weight``: adds ``loss_auxiliary``, this weight times the loss of a second linear
      layer on F, the pooled features of the backbone. So the backbone learns to tell the images
      apart even if attention mixes them. The layer does not predict.
    - ``coarse_loss``: adds ``loss_coarse``, on the coarse level of the tree.

    Feature losses are added as in :class:`FeatureLossHead`. Their input is F^, the enhanced
    features; :class:`HIFENet` returns no map.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features.
        neighbor_loss: Config of the neighbor loss; None for cross-entropy alone.
        label_scale: s of :func:`label_scores` at the start; None for a linear layer.
        auxiliary_weight: Weight of the loss on the backbone's own features.
        coarse_loss: Config of a loss on the coarse classes, such as :class:`CoarseLoss`, or None.
        feature_losses, loss, topk, cal_acc, init_cfg: See :class:`FeatureLossHead`.

    Raises:
        ValueError: If two losses have the same name, the neighbor loss does not meet the protocol
            :class:`mmfer.protocols.NeighborLoss`, or, in forward, the neck gives no label vectors
            or pooled features that an option needs.

    Example:
        >>> head = dict(
        ...     type='RALDHead', num_classes=33, in_channels=512,
        ...     feature_losses=[dict(type='CenterLoss', num_classes=33, in_channels=512)])
    """

    OWN_LOSSES = ('loss', 'loss_neighbor', 'loss_auxiliary', 'loss_coarse')

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        neighbor_loss: dict | None = dict(type='NeighborLabelDistributionLoss'),  # noqa: B006
        label_scale: float | None = None,
        auxiliary_weight: float = 0.0,
        coarse_loss: dict | None = None,
        **options: Any,
    ) -> None:
        super().__init__(num_classes, in_channels, **options)
        self.neighbor_loss = None if neighbor_loss is None else _build(neighbor_loss)
        self.label_scale = None if label_scale is None else nn.Parameter(torch.tensor(label_scale))
        if label_scale is not None:
            self.fc = nn.Identity()
        self.auxiliary_weight = auxiliary_weight
        self.auxiliary = nn.Linear(in_channels, num_classes) if auxiliary_weight else None
        self.coarse_loss = None if coarse_loss is None else MODELS.build(coarse_loss)
        self.neighbor_weight = 1.0
        """Warm-up factor of the neighbor loss, set by LabelDistributionHook."""
        self.neighbor_distributions: Tensor | None = None
        """D of every training image by ``sample_idx``, set by LabelDistributionHook."""
        self.neighbor_bank: MomentumBank | None = None
        """The bank to find neighbors in, set by LabelDistributionHook."""

    def forward(self, feats: tuple[Tensor | None, ...]) -> Tensor:
        """Scores (N, C) from the tuple of the neck."""
        if self.label_scale is None:
            return super().forward(feats)
        found = feats.labels if isinstance(feats, GivesLabels) else None
        labels = _needed(found, 'label_scale', 'lgifo and labels')
        return label_scores(self.pre_logits(feats), labels[: self.num_classes], self.label_scale)

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
            The feature losses, the losses of the options and, with a neighbor loss,
            ``loss_neighbor`` and the two logged shares.

        Raises:
            ValueError: If there is a neighbor loss but no relation.
        """
        losses = super().other_losses(feats, scores, data_samples)
        if self.auxiliary is not None:
            own_scores = self.auxiliary(_pooled(feats, 'auxiliary_weight'))
            own_loss = self._get_loss(own_scores, data_samples)['loss']
            losses['loss_auxiliary'] = self.auxiliary_weight * own_loss
        if self.coarse_loss is not None:
            shares = label_shares(data_samples, self.num_classes)
            losses['loss_coarse'] = self.coarse_loss(scores, shares)
        if self.neighbor_loss is None:
            return losses
        if feats[0] is None or feats[0].ndim != 2:
            raise ValueError(
                'RALDHead needs the relation (N, M) as the first output of the neck: use '
                "HIFENet (neighbors='cosine' without itrr), or set neighbor_loss=None."
            )
        return losses | self._neighbor_losses(self.neighbor_loss, feats, scores, data_samples)

    def _neighbor_losses(
        self,
        neighbor_loss: NeighborLoss,
        feats: tuple[Tensor | None, ...],
        scores: Tensor,
        data_samples: list[DataSample],
    ) -> dict[str, Tensor]:
        relation = feats[0]
        assert relation is not None
        n, m = relation.shape
        gathered = m == n * get_world_size() and get_world_size() > 1
        losses: dict[str, Tensor] = {}
        if self.neighbor_distributions is not None:
            distribution = self.neighbor_distributions[_indices(data_samples)].to(scores.device)
        elif self.neighbor_bank is not None:
            pooled = _pooled(feats, "neighbors='momentum'")
            index = _indices(data_samples)
            self.neighbor_bank.update(index, pooled, scores.softmax(1))
            similarity = self.neighbor_bank.relation(index, pooled)
            distribution = neighbor_label_distribution(
                similarity,
                self.neighbor_bank.probs,
                neighbor_loss.k,
                neighbor_loss.normalize,
                exclude_self=False,  # an image is not similar to itself in the bank
            )
        else:
            probs = scores.detach().float().softmax(1)
            labels = class_labels(data_samples)
            if gathered:
                probs, labels = torch.cat(all_gather(probs)), torch.cat(all_gather(labels))
            offset = n * get_rank() if gathered else 0
            distribution = neighbor_loss.distribution(relation, probs, offset)
            losses = neighbor_agreement(relation, labels, neighbor_loss.k, offset)
        shares = label_shares(data_samples, self.num_classes)
        loss = self.neighbor_weight * neighbor_loss(scores, distribution, shares)
        return {'loss_neighbor': loss, **losses}


def _pooled(feats: tuple[Tensor | None, ...], option: str) -> Tensor:
    found = feats.pooled if isinstance(feats, GivesPooled) else None
    return _needed(found, option, 'pooled features')


def _needed(found: Tensor | None, option: str, needed: str) -> Tensor:
    if found is None:
        raise ValueError(
            f'RALDHead with {option} needs {needed} from the neck, but the neck gives none: use '
            'HIFENet with these parts, or leave out the option.'
        )
    return found


def _indices(data_samples: list[DataSample]) -> Tensor:
    return torch.tensor([int(sample.sample_idx) for sample in data_samples])


def _build(config: dict) -> NeighborLoss:
    loss = MODELS.build(config)
    if not isinstance(loss, NeighborLoss):
        raise ValueError(
            f'RALDHead: neighbor_loss={type(loss).__name__} lacks k, normalize or distribution(), '
            'which define the distributions of the neighbors. Derive the loss from '
            'NeighborLabelDistributionLoss.'
        )
    return loss
