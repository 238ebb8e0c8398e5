"""A trained network that teaches another one."""

from collections.abc import Sequence
from typing import Any

import torch
from mmpretrain.models import ClsDataPreprocessor, ImageClassifier
from torch import Tensor
from torch.nn.functional import interpolate


class Teacher:
    """A frozen classifier that answers for the inputs of its student.

    It is no module, so that a student's checkpoints, averages and optimizers leave it out.

    Args:
        model: The classifier, which is set to eval mode.
        order: The number of the teacher's class for each class of the student.
        size: The side of the images that it sees, in pixels; default: as the student sees them.
    """

    def __init__(
        self, model: ImageClassifier, order: Sequence[int], size: int | None = None
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.order = torch.tensor(order)
        self.size = size

    @torch.no_grad()
    def answer(self, inputs: Tensor, preprocessor: ClsDataPreprocessor) -> tuple[Tensor, Tensor]:
        """Logits (N, C) in the student's order of classes, and features (N, D).

        Args:
            inputs: (N, 3, H, W), as the student's data preprocessor gives them.
            preprocessor: The student's data preprocessor.

        Raises:
            ValueError: If one of the two takes RGB, and the other BGR.
        """
        own = self.model.data_preprocessor
        if own.to_rgb != preprocessor.to_rgb:
            raise ValueError(
                'The teacher and the student differ in to_rgb of their data_preprocessor. Use the '
                'same value.'
            )
        if next(self.model.parameters()).device != inputs.device:
            self.model.to(inputs.device)
            self.order = self.order.to(inputs.device)
        images = inputs
        if preprocessor._enable_normalize:
            images = images * preprocessor.std + preprocessor.mean
        if self.size is not None and images.shape[-2:] != (self.size, self.size):
            images = interpolate(
                images, size=(self.size, self.size), mode='bilinear', align_corners=False
            )
        if own._enable_normalize:
            images = (images - own.mean) / own.std
        features = self.model.extract_feat(images)
        return logits_of(self.model, features)[:, self.order], last_of(features)


def last_of(features: Any) -> Tensor:
    """The last of the features of a neck.

    Raises:
        TypeError: If it is no tensor.
    """
    last = features[-1] if isinstance(features, list | tuple) else features
    if not isinstance(last, Tensor):
        raise TypeError(
            f'Distillation needs features that are tensors, but got {type(last).__name__}. Use a '
            'network with one path.'
        )
    return last


def logits_of(model: ImageClassifier, features: Any) -> Tensor:
    """The logits (N, C) of a classifier.

    Raises:
        TypeError: If its head gives something else.
    """
    logits = model.head(features)
    if not isinstance(logits, Tensor) or logits.ndim != 2:
        raise TypeError(
            f'Distillation needs a head that gives logits (N, C), but {type(model.head).__name__} '
            'gives something else. Use a head such as LinearClsHead.'
        )
    return logits
