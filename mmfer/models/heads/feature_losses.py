"""Losses on the features of a head, besides the loss on its scores."""

import re
from collections.abc import Sequence

import torch
from mmpretrain.structures import DataSample
from torch import Tensor, nn
from torch.nn import functional

from mmfer.registry import MODELS


class FeatureLosses(nn.ModuleDict):
    """The feature losses of a head, keyed by their names in the log.

    A loss is called as ``loss(features, labels, feature_map)`` and returns a scalar that includes
    its weight. Its name is ``loss_`` followed by the name of its class in snake case without
    "Loss": ``loss_center`` for :class:`CenterLoss`. Checkpoints contain its weights and centers
    under this name.

    Args:
        configs: Configs of the losses.
        taken: Names of the other losses of the head.

    Raises:
        ValueError: If two losses have the same name.

    Example:
        >>> losses = FeatureLosses([dict(type='CenterLoss', num_classes=7, in_channels=512)])
    """

    def __init__(self, configs: Sequence[dict], taken: Sequence[str] = ()) -> None:
        super().__init__()
        for config in configs:
            module = MODELS.build(config)
            name = _log_name(type(module).__name__)
            if name in self or name in taken:
                raise ValueError(
                    f'feature_losses: {type(module).__name__} would be logged as "{name}", the '
                    'name of another loss of the head. Remove one of the two losses, or rename the '
                    'class.'
                )
            self[name] = module

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
        return {name: loss(features, labels, feature_map) for name, loss in self.items()}


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
