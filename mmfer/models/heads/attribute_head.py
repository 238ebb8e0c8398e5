"""A linear head for binary attributes; some attributes may be unknown."""

from collections.abc import Sequence

import torch
from mmpretrain.models.heads import MultiLabelLinearClsHead
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.models.heads.feature_losses import FeatureLosses
from mmfer.models.heads.gradient_balance import GradientBalance
from mmfer.models.heads.neck_outputs import NeckOutput
from mmfer.models.heads.neighbor_learning import NeighborLearning
from mmfer.registry import MODELS


@MODELS.register_module()
class AttributeHead(NeighborLearning, MultiLabelLinearClsHead):
    """One sigmoid for each of A attributes (paper 002, section 2.3; eq. 7).

    The loss is summed over the known attributes and averaged over the batch; an unknown attribute
    adds nothing to the loss or its gradient. A prediction has ``pred_score`` (A,), the
    probabilities, and ``pred_label``, the indices of the attributes with a probability of at least
    0.5.

    With ``neighbor_loss``, ``loss_neighbor`` pulls the probability p of each attribute towards d,
    the weighted mean probability of the neighbors (paper 003, eq. 18, for each attribute). To the
    loss, each known attribute of an image is an image with the two classes absent and present:
    logits (0, score), distribution (1 - d, d) and label (1 - q, q). So it is averaged over the
    known attributes, while ``loss`` is summed over them.

    Args:
        num_classes: Number of attributes A.
        in_channels: Width D of the features.
        loss: Config of a loss of mmpretrain on scores (N, A) with ``reduction_override``:
            ``FocalLoss``, ``AsymmetricLoss`` or ``CrossEntropyLoss(use_sigmoid=True)``. The default
            is eq. 7: ``FocalLoss`` always weights positives by alpha and negatives by 1 - alpha;
            with alpha = 0.5, ``loss_weight=2`` cancels these weights.
        feature_losses: Configs of losses on the features, see :class:`FeatureLosses`. Their labels
            are the attributes (N, A): 1 present, 0 absent, -1 unknown.
        class_attribute: Index of an attribute. Its value, 0 or 1, is the label (N,) of the feature
            losses, for losses that need a class, such as :class:`CenterLoss` with
            ``num_classes=2``.
        init_cfg: Initialization; the default does not change the weights of the feature losses.
        balance_interval: See :class:`FeatureLossHead`.
        neighbor_loss: Config of a loss such as :class:`NeighborLabelDistributionLoss`, or None. The
            neck must give a relation of images, as :class:`HIFENet` does.

    Raises:
        ValueError: If there is only one attribute, which these losses would treat as a class, two
            losses have the same name, ``class_attribute`` is not the index of an attribute, or the
            neighbor loss does not meet the protocol :class:`mmfer.protocols.NeighborLoss`.

    Example:
        >>> head = dict(
        ...     type='AttributeHead', num_classes=40, in_channels=1024,
        ...     loss=dict(type='CrossEntropyLoss', use_sigmoid=True),
        ...     neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=5),
        ...     class_attribute=31,
        ...     feature_losses=[dict(type='CenterLoss', num_classes=2, in_channels=1024)])
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        loss: dict = dict(type='FocalLoss', gamma=2.0, alpha=0.5, loss_weight=2.0),  # noqa: B006
        feature_losses: Sequence[dict] = (),
        class_attribute: int | None = None,
        init_cfg: dict | None = dict(type='Normal', std=0.01, override=dict(name='fc')),  # noqa: B006
        balance_interval: int = 0,
        neighbor_loss: dict | None = None,
    ) -> None:
        if num_classes < 2:
            raise ValueError(
                f'AttributeHead: num_classes={num_classes} must be at least 2. For a single yes or '
                'no, use LinearClsHead with two classes.'
            )
        if class_attribute is not None and not 0 <= class_attribute < num_classes:
            raise ValueError(
                f'AttributeHead: class_attribute={class_attribute} must be the index of an '
                f'attribute, 0 to {num_classes - 1}.'
            )
        super().__init__(num_classes, in_channels, loss=loss, init_cfg=init_cfg)
        self.feature_losses = FeatureLosses(feature_losses, ('loss', 'loss_neighbor'))
        self.balance = GradientBalance(balance_interval)
        self.class_attribute = class_attribute
        self.start_neighbors(neighbor_loss)

    def loss(self, feats: NeckOutput, data_samples: list[DataSample]) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            feats: The features (N, D) last. First the map (N, C, H, W) if a feature loss needs it,
                or the relation (N, M) if there is a neighbor loss.
            data_samples: N samples with ``gt_score`` (A,) of 0 and 1 and, if some attributes are
                unknown, ``attribute_mask`` (A,), True for known attributes.

        Returns:
            ``loss``, one entry for each feature loss, and ``loss_neighbor`` if there is one.

        Raises:
            ValueError: If a sample has no ``gt_score``, ``gt_score`` or the mask has not length A,
                the attribute ``class_attribute`` of a sample is unknown, or the neck gives no
                relation for the neighbor loss.
        """
        scores = self(feats)
        losses = self._get_loss(scores, data_samples)
        features = self.pre_logits(feats)
        if self.feature_losses:
            labels = self._feature_labels(data_samples, features)
            losses |= self.feature_losses(features, labels, feats)
        if self.neighbor_loss is not None:
            losses['loss_neighbor'] = self._neighbor_loss(feats, scores, data_samples)
        return self.balance(losses, [features])

    def _get_loss(self, cls_score: Tensor, data_samples: list[DataSample]) -> dict[str, Tensor]:
        target, known = self._targets(data_samples, cls_score)
        losses = self.loss_module(cls_score.float(), target, reduction_override='none')
        return {'loss': losses.where(known, 0).sum() / len(data_samples)}

    def _neighbor_loss(
        self, feats: NeckOutput, scores: Tensor, data_samples: list[DataSample]
    ) -> Tensor:
        assert self.neighbor_loss is not None
        target, known = self._targets(data_samples, scores)
        scores = scores.float()
        distribution = self.neighbor_distribution(feats, scores.sigmoid(), data_samples)
        if not known.any():
            return scores.sum() * 0
        logits = torch.stack([torch.zeros_like(scores), scores], -1)
        shares = (torch.stack([1 - d, d], -1)[known] for d in (distribution, target))
        return self.neighbor_weight * self.neighbor_loss(logits[known], *shares)

    def _feature_labels(self, data_samples: list[DataSample], like: Tensor) -> Tensor:
        target, known = self._targets(data_samples, like)
        labels = target.where(known, -1).long()
        if self.class_attribute is None:
            return labels
        labels = labels[:, self.class_attribute]
        for sample, label in zip(data_samples, labels.tolist(), strict=True):
            if label < 0:
                raise ValueError(
                    f'{_where(sample)}: attribute {self.class_attribute} is unknown, but it is the '
                    'label of the feature losses. Set class_attribute to an attribute that is '
                    'known for all images.'
                )
        return labels

    def _targets(self, data_samples: list[DataSample], like: Tensor) -> tuple[Tensor, Tensor]:
        """Attributes (N, A), 0 if unknown, and the mask (N, A) of known attributes."""
        rows = [self._target(sample, like) for sample in data_samples]
        return torch.stack([row for row, _ in rows]), torch.stack([known for _, known in rows])

    def _target(self, sample: DataSample, like: Tensor) -> tuple[Tensor, Tensor]:
        """Attributes (A,), 0 if unknown, and the mask (A,) of known attributes."""
        where = _where(sample)
        if 'gt_score' not in sample:
            raise ValueError(
                f'{where}: the sample has no gt_score (attributes as 0 and 1). Train on a data set '
                'of attributes, such as CelebA, or use a head for classes.'
            )
        score = sample.gt_score.to(like.device, torch.float32)
        mask = sample.get('attribute_mask', torch.ones_like(score)).to(like.device, torch.bool)
        for name, values in (('gt_score', score), ('attribute_mask', mask)):
            if values.shape != (self.num_classes,):
                raise ValueError(
                    f'{where}: {name} has shape {tuple(values.shape)}, not ({self.num_classes},). '
                    'Set num_classes to the number of attributes of the data set.'
                )
        return score.where(mask, 0), mask


def _where(sample: DataSample) -> str:
    return f'AttributeHead, sample {sample.get("img_path", "without img_path")}'
