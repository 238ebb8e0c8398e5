"""A classifier that also learns from a trained one."""

from typing import Any

from mmpretrain.models import ImageClassifier
from torch import Tensor

from mmfer.models.classifiers.teacher import Teacher, last_of, logits_of
from mmfer.protocols import predicts_attributes
from mmfer.registry import MODELS


@MODELS.register_module()
class DistilledClassifier(ImageClassifier):
    """An image classifier whose losses include the distance from a teacher.

    ``TeacherHook`` gives the teacher when a training begins. Teacher and student see the same
    augmented images. Tests, checkpoints and exports do without the teacher.

    Args:
        response: A loss of the logits of both, such as ``ResponseDistillationLoss``.
        similarity: A loss of the features of both, such as ``SimilarityPreservingLoss``.
        **options: The options of :class:`mmpretrain.models.ImageClassifier`.

    Raises:
        ValueError: If neither loss is given, or ``response`` for a head of attributes; in training,
            if there is no teacher.
        TypeError: In training, if a network gives no logits (N, C) or no features as tensors.

    Example:
        >>> model = dict(
        ...     type='DistilledClassifier',
        ...     backbone=dict(type='ResNet', depth=18),
        ...     neck=dict(type='GlobalAveragePooling'),
        ...     head=dict(type='LinearClsHead', num_classes=8, in_channels=512),
        ...     response=dict(type='ResponseDistillationLoss', temperature=4.0))
        >>> custom_hooks = [dict(type='TeacherHook', checkpoint='efficientnet-lite0_ferplus')]
    """

    teacher: Teacher | None = None

    def __init__(
        self, response: dict | None = None, similarity: dict | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        if response is None and similarity is None:
            raise ValueError(
                'DistilledClassifier needs response=dict(type="ResponseDistillationLoss"), '
                'similarity=dict(type="SimilarityPreservingLoss"), or both.'
            )
        if response is not None and predicts_attributes(self):
            raise ValueError(
                'ResponseDistillationLoss compares probabilities of classes, but the head '
                f'{type(self.head).__name__} predicts attributes. Use only similarity=...'
            )
        self.response = None if response is None else MODELS.build(response)
        self.similarity = None if similarity is None else MODELS.build(similarity)

    def loss(self, inputs: Tensor, data_samples: list) -> dict[str, Tensor]:
        """The losses of the head, and ``loss_response`` and ``loss_similarity``."""
        # First, because a check before the teacher is there asks what the network can normalize.
        own = self.extract_feat(inputs)
        if self.teacher is None:
            raise ValueError(
                'DistilledClassifier has no teacher. Add dict(type="TeacherHook", checkpoint=...) '
                'to custom_hooks.'
            )
        logits, features = self.teacher.answer(inputs, self.data_preprocessor)
        losses: dict[str, Tensor] = self.head.loss(own, data_samples)
        if self.response is not None:
            losses['loss_response'] = self.response(logits_of(self, own), logits)
        if self.similarity is not None:
            losses['loss_similarity'] = self.similarity(last_of(own), features)
        return losses
