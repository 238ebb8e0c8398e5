"""A linear head for binary attributes, some of which may be unknown."""

import torch
from mmpretrain.models.heads import MultiLabelLinearClsHead
from mmpretrain.structures import DataSample
from torch import Tensor

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
        init_cfg: See mmpretrain's ``MultiLabelLinearClsHead``.

    Raises:
        ValueError: If there is one attribute only, which these losses would take for a class.

    Example:
        >>> head = dict(
        ...     type='AttributeHead', num_classes=40, in_channels=1024,
        ...     loss=dict(type='CrossEntropyLoss', use_sigmoid=True))
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        loss: dict = dict(type='FocalLoss', gamma=2.0, alpha=0.5, loss_weight=2.0),  # noqa: B006
        init_cfg: dict | None = dict(type='Normal', layer='Linear', std=0.01),  # noqa: B006
    ) -> None:
        if num_classes < 2:
            raise ValueError(
                f'AttributeHead: num_classes={num_classes} must be at least 2. A single yes or no '
                'is a classification with two classes: use LinearClsHead.'
            )
        super().__init__(num_classes, in_channels, loss=loss, init_cfg=init_cfg)

    def _get_loss(self, cls_score: Tensor, data_samples: list[DataSample]) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            cls_score: Scores (N, A) before the sigmoid.
            data_samples: N samples with ``gt_score`` (A,) of 0 and 1 and, where some are unknown,
                ``attribute_mask`` (A,), True for the known.

        Returns:
            ``loss``.

        Raises:
            ValueError: If a sample has no ``gt_score``, or it or the mask is not of length A.
        """
        rows = [self._target(sample, cls_score) for sample in data_samples]
        known = torch.stack([mask for _, mask in rows])
        target = torch.stack([score for score, _ in rows])
        losses = self.loss_module(cls_score.float(), target, reduction_override='none')
        return {'loss': losses.where(known, 0).sum() / len(data_samples)}

    def _target(self, sample: DataSample, like: Tensor) -> tuple[Tensor, Tensor]:
        """Attributes (A,), 0 where unknown, and which are known (A,)."""
        where = f'AttributeHead, sample {sample.get("img_path", "without img_path")}'
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
