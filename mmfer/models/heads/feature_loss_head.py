"""A linear head with losses on the features besides the loss on the scores."""

from collections.abc import Sequence

from mmpretrain.models.heads import LinearClsHead
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.models.heads.feature_losses import FeatureLosses, class_labels
from mmfer.models.heads.gradient_balance import GradientBalance
from mmfer.registry import MODELS


@MODELS.register_module()
class FeatureLossHead(LinearClsHead):
    """Classification with losses such as :class:`CenterLoss` on the features.

    The input is a tuple with the features (N, D) last and, for losses that need the map (N, C, H,
    W), the map first, as :class:`FeaturePooling` returns it. See :class:`FeatureLosses` for the
    arguments of a feature loss and its name in the log.

    Args:
        num_classes: Number of classes.
        in_channels: Width D of the features.
        feature_losses: Configs of the losses on the features.
        loss: Config of the loss on the scores.
        topk, cal_acc: See mmpretrain's ``LinearClsHead``.
        init_cfg: Initialization; the default does not change the weights of the feature losses.
        balance_interval: Steps between two measurements of :class:`GradientBalance`, which compares
            the losses on the features with the loss on the scores; 0 never measures.

    Raises:
        ValueError: If two losses have the same name, or ``balance_interval`` is negative.

    Example:
        >>> head = dict(
        ...     type='FeatureLossHead', num_classes=7, in_channels=512,
        ...     feature_losses=[
        ...         dict(type='CenterLoss', num_classes=7, in_channels=512, loss_weight=0.01)])
    """

    OWN_LOSSES: tuple[str, ...] = ('loss',)
    """Names in the log that a feature loss must not have."""

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        feature_losses: Sequence[dict] = (),
        loss: dict = dict(type='CrossEntropyLoss', loss_weight=1.0),  # noqa: B006
        topk: int | tuple[int, ...] = (1,),
        cal_acc: bool = False,
        init_cfg: dict | None = dict(type='Normal', std=0.01, override=dict(name='fc')),  # noqa: B006
        balance_interval: int = 0,
    ) -> None:
        super().__init__(
            num_classes, in_channels, init_cfg=init_cfg, loss=loss, topk=topk, cal_acc=cal_acc
        )
        self.feature_losses = FeatureLosses(feature_losses, self.OWN_LOSSES)
        self.balance = GradientBalance(balance_interval)

    def loss(
        self, feats: tuple[Tensor | None, ...], data_samples: list[DataSample], **kwargs: object
    ) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            feats: (map (N, C, H, W), ..., features (N, D)); only the features if no loss needs the
                map.
            data_samples: N samples with ``gt_label``, or with ``gt_score``, whose largest entry is
                the label.

        Returns:
            ``loss``, the loss on the scores, and one entry for each other loss.
        """
        scores = self(feats)
        losses = self._get_loss(scores, data_samples, **kwargs)
        losses |= self.other_losses(feats, scores, data_samples)
        return self.balance(losses, [self.pre_logits(feats)])

    def other_losses(
        self, feats: tuple[Tensor | None, ...], scores: Tensor, data_samples: list[DataSample]
    ) -> dict[str, Tensor]:
        """All losses except the loss on the scores (N, C), by name."""
        if not self.feature_losses:
            return {}
        return self.feature_losses(self.pre_logits(feats), class_labels(data_samples), feats)
