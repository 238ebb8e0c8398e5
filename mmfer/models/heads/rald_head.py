"""The classification head of RALD (paper 003, sections 3.4 and 3.5)."""

from typing import Any

import torch
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.models.heads.feature_loss_head import FeatureLossHead
from mmfer.models.heads.feature_losses import class_labels, label_shares
from mmfer.models.heads.label_scores import label_scores
from mmfer.models.heads.neck_outputs import NeckOutput, label_vectors, pooled_features
from mmfer.models.heads.neighbor_learning import NeighborLearning
from mmfer.registry import MODELS


@MODELS.register_module()
class RALDHead(NeighborLearning, FeatureLossHead):
    """A linear head; the loss is cross-entropy plus the KL divergence from neighbors (eq. 19-21).

    The input is the tuple of :class:`HIFENet`: the relation first, the features last. Training logs
    ``neighbor_agreement``, the share of the k nearest images with the class of the image, and
    ``neighbor_chance``, the same share for random images of the batch.

    Options that are not in the paper, all off by default:

    - ``label_scale``: the label vectors replace the weights of the linear layer, by
      :func:`label_scores`; the value is s at the start, which is then learned.
    - ``auxiliary_weight``: adds ``loss_auxiliary``, this weight times the loss of a second linear
      layer on F, the pooled features of the backbone. So the backbone learns to tell the images
      apart even if attention mixes them. The layer does not predict.
    - ``coarse_loss``: adds ``loss_coarse``, on the coarse level of the tree.

    Feature losses are added as in :class:`FeatureLossHead`. Their input is F^, the enhanced
    features; :class:`HIFENet` returns no map. For attributes instead of classes,
    :class:`AttributeHead` has the option ``neighbor_loss``.

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
            :class:`mmfer.protocols.NeighborLoss`, ``class_attribute`` is given, or, in forward, the
            neck gives no label vectors or pooled features that an option needs.

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
        if 'class_attribute' in options:
            raise ValueError(
                'RALDHead classifies and has no class_attribute. For attributes, use '
                'AttributeHead, which has the options class_attribute and neighbor_loss.'
            )
        super().__init__(num_classes, in_channels, **options)
        self.start_neighbors(neighbor_loss)
        self.label_scale = None if label_scale is None else nn.Parameter(torch.tensor(label_scale))
        if label_scale is not None:
            self.fc = nn.Identity()
        self.auxiliary_weight = auxiliary_weight
        self.auxiliary = nn.Linear(in_channels, num_classes) if auxiliary_weight else None
        self.coarse_loss = None if coarse_loss is None else MODELS.build(coarse_loss)

    def forward(self, feats: NeckOutput) -> Tensor:
        """Scores (N, C) from the tuple of the neck."""
        if self.label_scale is None:
            return super().forward(feats)
        labels = label_vectors(feats, 'RALDHead with label_scale')
        return label_scores(self.pre_logits(feats), labels[: self.num_classes], self.label_scale)

    def other_losses(
        self, feats: NeckOutput, scores: Tensor, data_samples: list[DataSample]
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
            own_scores = self.auxiliary(pooled_features(feats, 'RALDHead with auxiliary_weight'))
            own_loss = self._get_loss(own_scores, data_samples)['loss']
            losses['loss_auxiliary'] = self.auxiliary_weight * own_loss
        if self.coarse_loss is not None:
            shares = label_shares(data_samples, self.num_classes)
            losses['loss_coarse'] = self.coarse_loss(scores, shares)
        if self.neighbor_loss is not None:
            probs = scores.float().softmax(1)
            distribution = self.neighbor_distribution(feats, probs, data_samples)
            shares = label_shares(data_samples, self.num_classes)
            loss = self.neighbor_loss(scores, distribution, shares)
            losses['loss_neighbor'] = self.neighbor_weight * loss
            losses |= self.neighbor_agreement(feats, class_labels(data_samples))
        return losses
