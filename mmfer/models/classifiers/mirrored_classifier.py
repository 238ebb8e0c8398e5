"""A classifier that looks at a face and its mirror image."""

from typing import Any

import torch
from mmpretrain.models import ImageClassifier
from torch import Tensor

from mmfer.registry import MODELS


@MODELS.register_module()
class MirroredClassifier(ImageClassifier):
    """An image classifier that averages the features of a face and of its mirror image in tests.

    An expression and its mirror image are of the same class. In eval mode the input of the head is
    the mean of the two outputs of the neck, so with a linear head the scores before the softmax are
    the mean of the two. Training, and the weights, are those of
    :class:`mmpretrain.models.ImageClassifier`. A test takes twice as long.

    Args:
        **options: The options of :class:`mmpretrain.models.ImageClassifier`.

    Raises:
        TypeError: In eval mode, if the neck gives no tensors.

    Example:
        >>> model = dict(
        ...     type='MirroredClassifier',
        ...     backbone=dict(type='ResNet', depth=18),
        ...     neck=dict(type='GlobalAveragePooling'),
        ...     head=dict(type='LinearClsHead', num_classes=8, in_channels=512),
        ... )
    """

    def extract_feat(self, inputs: Tensor, stage: str = 'neck') -> Any:
        """The features of images (N, 3, H, W); of both views in eval mode, after the neck."""
        if self.training or stage != 'neck':
            return super().extract_feat(inputs, stage)
        features = super().extract_feat(torch.cat([inputs, inputs.flip(-1)]), stage)
        if not all(isinstance(one, Tensor) for one in features):
            raise TypeError(
                f'MirroredClassifier averages tensors, but the neck {type(self.neck).__name__} '
                'gives other features. Use ImageClassifier, and --tta in tests.'
            )
        # torch.export allows a batch of any size only without a split.
        if torch.compiler.is_compiling():
            return tuple(one.unflatten(0, (2, -1)).mean(0) for one in features)
        # The pruning follows channels through a split of the batch, but not through slices.
        views = (one.split(len(inputs)) for one in features)
        return tuple((face + mirrored) / 2 for face, mirrored in views)
