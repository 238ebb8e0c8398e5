"""A linear head with losses on the features beside the one on the scores."""

from collections.abc import Sequence

import torch
from mmpretrain.models.heads import LinearClsHead
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.registry import MODELS


@MODELS.register_module()
class FeatureLossHead(LinearClsHead):
    """Classification with losses such as :class:`CenterLoss` on the features.

    It takes a tuple with the features (N, D) last and, for losses that look at it, the map
    (N, C, H, W) first, as :class:`FeaturePooling` gives it. A feature loss is called as
    ``loss(features, labels, feature_map)`` and gives a scalar, its weight included; it is logged
    as ``loss_<name>``, the name of its class in snake case without the last word.

    Args:
        num_classes: Number of classes.
        in_channels: Width D of the features.
        feature_losses: Configs of the losses on the features.
        loss: Config of the loss on the scores.
        topk, cal_acc: See mmpretrain's ``LinearClsHead``.
        init_cfg: Start of the weights; the default leaves those of the feature losses alone.

    Raises:
        ValueError: If two feature losses have the same name.

    Example:
        >>> head = dict(
        ...     type='FeatureLossHead', num_classes=7, in_channels=512,
        ...     feature_losses=[
        ...         dict(type='CenterLoss', num_classes=7, in_channels=512, loss_weight=0.01)])
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        feature_losses: Sequence[dict] = (),
        loss: dict = dict(type='CrossEntropyLoss', loss_weight=1.0),  # noqa: B006
        topk: int | tuple[int, ...] = (1,),
        cal_acc: bool = False,
        init_cfg: dict | None = dict(type='Normal', std=0.01, override=dict(name='fc')),  # noqa: B006
    ) -> None:
        super().__init__(
            num_classes, in_channels, init_cfg=init_cfg, loss=loss, topk=topk, cal_acc=cal_acc
        )
        self.feature_losses = nn.ModuleDict()
        for config in feature_losses:
            module = MODELS.build(config)
            name = _log_name(module)
            if name in self.feature_losses:
                raise ValueError(f'FeatureLossHead: {type(module).__name__} stands there twice.')
            self.feature_losses[name] = module

    def loss(
        self, feats: tuple[Tensor, ...], data_samples: list[DataSample], **kwargs: object
    ) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            feats: (map (N, C, H, W), ..., features (N, D)); the features alone will do for losses
                that need no map.
            data_samples: N samples with ``gt_label`` or ``gt_score``, whose largest is the label.

        Returns:
            ``loss`` of the scores and one entry for each feature loss.
        """
        losses = super().loss(feats, data_samples, **kwargs)
        if not self.feature_losses:
            return losses
        labels = torch.stack(
            [s.gt_score.argmax() if 'gt_score' in s else s.gt_label[0] for s in data_samples]
        )
        for name, module in self.feature_losses.items():
            losses[name] = module(self.pre_logits(feats), labels, feats[0])
        return losses


def _log_name(module: nn.Module) -> str:
    words = ''.join(f' {c.lower()}' if c.isupper() else c for c in type(module).__name__).split()
    return '_'.join(['loss', *words[:-1]])
