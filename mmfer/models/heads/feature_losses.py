"""Losses on the features of a head, besides the loss on its scores."""

import re
from collections.abc import Mapping, Sequence

import torch
from mmpretrain.structures import DataSample
from torch import Tensor, nn
from torch.nn import functional

from mmfer.registry import MODELS


class FeatureLosses(nn.ModuleDict):
    """The feature losses of a head, keyed by their names in the log.

    A loss is called as ``loss(features, labels, feature_map)`` and returns a scalar that includes
    its weight. A config may have ``warmup``, a number of steps in which the weight of the loss
    rises linearly from 0; the centers of a loss move from the first step on.

    The name of a loss is ``loss_`` followed by the name of its class in snake case without "Loss":
    ``loss_center`` for :class:`CenterLoss`. Checkpoints contain its weights and centers under this
    name.

    Args:
        configs: Configs of the losses.
        taken: Names of the other losses of the head.

    Raises:
        ValueError: If ``configs`` is no list, two losses have the same name, or ``warmup`` is
            negative.

    Example:
        >>> losses = FeatureLosses(
        ...     [dict(type='CenterLoss', num_classes=7, in_channels=512, warmup=1000)])
    """

    step: Tensor
    """Steps of training so far; only with a warm-up."""

    def __init__(self, configs: Sequence[dict], taken: Sequence[str] = ()) -> None:
        super().__init__()
        self.warmups: dict[str, int] = {}
        if isinstance(configs, Mapping):
            raise ValueError(
                'feature_losses must be a list of losses: '
                f"[dict(type='{configs.get('type', 'CenterLoss')}', ...)]."
            )
        for config in configs:
            options = dict(config)
            warmup = options.pop('warmup', 0)
            module = MODELS.build(options)
            name = _log_name(type(module).__name__)
            if name in self or name in taken:
                raise ValueError(
                    f'feature_losses: {type(module).__name__} would be logged as "{name}", the '
                    'name of another loss of the head. Remove one of the two losses, or rename the '
                    'class.'
                )
            if warmup < 0:
                raise ValueError(f'feature_losses: warmup={warmup} of {name} must not be negative.')
            self[name] = module
            if warmup:
                self.warmups[name] = warmup
        if self.warmups:
            self.register_buffer('step', torch.zeros((), dtype=torch.long))

    def forward(
        self, features: Tensor, labels: Tensor, feats: Sequence[Tensor | None]
    ) -> dict[str, Tensor]:
        """The weighted losses by name.

        Args:
            features: The input of the classifier, (N, D).
            labels: Class indices (N,), or attributes (N, A).
            feats: The outputs of the neck; the first is the feature map if it has more than two
                axes.
        """
        first = feats[0]
        feature_map = first if first is not None and first.ndim > 2 else None
        losses = {name: loss(features, labels, feature_map) for name, loss in self.items()}
        if self.warmups and self.training:
            self.step += 1
        for name, warmup in self.warmups.items():
            losses[name] = losses[name] * (self.step / warmup).clamp(max=1)
        return losses


def class_labels(data_samples: Sequence[DataSample]) -> Tensor:
    """The class (N,) of each sample: the largest entry of ``gt_score``, or ``gt_label``."""
    return torch.stack(
        [s.gt_score.argmax() if 'gt_score' in s else s.gt_label[0] for s in data_samples]
    )


def label_shares(data_samples: Sequence[DataSample], num_classes: int) -> Tensor:
    """The label of each sample as shares of the classes (N, C): ``gt_score``, or one-hot."""
    shares = [
        s.gt_score if 'gt_score' in s else functional.one_hot(s.gt_label[0].long(), num_classes)
        for s in data_samples
    ]
    return torch.stack([one.float() for one in shares])


def _log_name(class_name: str) -> str:
    word = class_name.removesuffix('Loss') or class_name
    return 'loss_' + re.sub(r'(?<!^)(?=[A-Z])', '_', word).lower()
