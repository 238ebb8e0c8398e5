"""A linear head for binary attributes, some of which may be unknown."""

from collections.abc import Sequence

import torch
from mmpretrain.models.heads import MultiLabelLinearClsHead
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.models.heads.feature_losses import FeatureLosses
from mmfer.registry import MODELS


@MODELS.register_module()
class AttributeHead(MultiLabelLinearClsHead):
    """A sigmoid for each of A attributes (paper 002, section 2.3; eq. 7).

    The loss is summed over the attributes that are known and averaged over the batch; an unknown
    one adds nothing to it or to any gradient. A prediction has ``pred_score`` (A,), the
    probabilities, and ``pred_label``, the indices of the attributes with at least 0.5.

    Args:
        num_classes: Number of attributes A.
        in_channels: Width D of the features.
        loss: Config of a loss of mmpretrain on scores (N, A) that takes ``reduction_override``:
            ``FocalLoss``, ``AsymmetricLoss`` or ``CrossEntropyLoss(use_sigmoid=True)``. The
            default is eq. 7: ``FocalLoss`` always has a weight alpha for the positives and
            1 - alpha for the negatives, which ``loss_weight=2`` takes out at alpha = 0.5.
        feature_losses: Configs of losses on the features, see :class:`FeatureLosses`. Their labels
            are the attributes (N, A): 1 present, 0 absent, -1 unknown.
        class_attribute: The index of an attribute whose 0 or 1 is the label (N,) of the feature
            losses instead, for those that need a class, such as :class:`CenterLoss` with
            ``num_classes=2``.
        init_cfg: Start of the weights; the default leaves those of the feature losses alone.

    Raises:
        ValueError: If there is one attribute only, which these losses would take for a class, two
            losses have the same name, or ``class_attribute`` is no index of an attribute.

    Example:
        >>> head = dict(
        ...     type='AttributeHead', num_classes=40, in_channels=1024,
        ...     loss=dict(type='CrossEntropyLoss', use_sigmoid=True),
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
    ) -> None:
        if num_classes < 2:
            raise ValueError(
                f'AttributeHead: num_classes={num_classes} must be at least 2. A single yes or no '
                'is a classification with two classes: use LinearClsHead.'
            )
        if class_attribute is not None and not 0 <= class_attribute < num_classes:
            raise ValueError(
                f'AttributeHead: class_attribute={class_attribute} must be the index of an '
                f'attribute, 0 to {num_classes - 1}.'
            )
        super().__init__(num_classes, in_channels, loss=loss, init_cfg=init_cfg)
        self.feature_losses = FeatureLosses(feature_losses, ('loss',))
        self.class_attribute = class_attribute

    def loss(self, feats: tuple[Tensor, ...], data_samples: list[DataSample]) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            feats: (map (N, C, H, W), ..., features (N, D)); the features alone will do for losses
                that need no map.
            data_samples: N samples with ``gt_score`` (A,) of 0 and 1 and, where some are unknown,
                ``attribute_mask`` (A,), True for the known.

        Returns:
            ``loss`` and one entry for each feature loss.

        Raises:
            ValueError: If a sample has no ``gt_score``, it or the mask is not of length A, or a
                sample leaves open the attribute that is the label of the feature losses.
        """
        losses = self._get_loss(self(feats), data_samples)
        if not self.feature_losses:
            return losses
        features = self.pre_logits(feats)
        labels = self._feature_labels(data_samples, features)
        return losses | self.feature_losses(features, labels, feats)

    def _get_loss(self, cls_score: Tensor, data_samples: list[DataSample]) -> dict[str, Tensor]:
        target, known = self._targets(data_samples, cls_score)
        losses = self.loss_module(cls_score.float(), target, reduction_override='none')
        return {'loss': losses.where(known, 0).sum() / len(data_samples)}

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
        """Attributes (N, A), 0 where unknown, and which are known (N, A)."""
        rows = [self._target(sample, like) for sample in data_samples]
        return torch.stack([row for row, _ in rows]), torch.stack([known for _, known in rows])

    def _target(self, sample: DataSample, like: Tensor) -> tuple[Tensor, Tensor]:
        """Attributes (A,), 0 where unknown, and which are known (A,)."""
        where = _where(sample)
        if 'gt_score' not in sample:
            raise ValueError(
                f'{where}: it has no gt_score, the attributes as 0 and 1. Train on a data set of '
                'attributes, such as CelebA, or take a head for classes.'
            )
        score = sample.gt_score.to(like.device, torch.float32)
        mask = sample.get('attribute_mask', torch.ones_like(score)).to(like.device, torch.bool)
        for name, values in (('gt_score', score), ('attribute_mask', mask)):
            if values.shape != (self.num_classes,):
                raise ValueError(
                    f'{where}: {name} has shape {tuple(values.shape)}, not '
                    f'({self.num_classes},). Set num_classes to the attributes of the data set.'
                )
        return score.where(mask, 0), mask


def _where(sample: DataSample) -> str:
    return f'AttributeHead, sample {sample.get("img_path", "without img_path")}'
