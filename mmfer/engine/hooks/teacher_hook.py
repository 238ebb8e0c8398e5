"""Gives a student its teacher."""

from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import nn

from mmfer.engine.hooks.network_renewal import classifier_of
from mmfer.engine.trained_models.model_from_checkpoint import ModelFromCheckpoint
from mmfer.models.classifiers import DistilledClassifier
from mmfer.models.classifiers.teacher import Teacher
from mmfer.registry import HOOKS
from mmfer.shipped_models import named_checkpoint


@HOOKS.register_module()
class TeacherHook(Hook):
    """Load the teacher of a :class:`mmfer.models.DistilledClassifier` before a training.

    The teacher is built from the config within its checkpoint. Its classes may have another order.

    Args:
        checkpoint: A checkpoint with its config, or the name of a shipped model.
        size: The side of the images that the teacher sees, in pixels; default: ``image_size`` of
            its config, and without this as the student sees them.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the size is no number above 0; when the training begins, if the checkpoint
            cannot be used, the classes of the two differ, or the model is no
            ``DistilledClassifier``.

    Example:
        >>> custom_hooks = [
        ...     dict(type='TeacherHook', checkpoint='efficientnet-lite0_ferplus')]
    """

    def __init__(self, checkpoint: str, size: int | None = None) -> None:
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f'TeacherHook(size={size!r}): give a number of pixels, or None.')
        self.checkpoint = named_checkpoint(checkpoint)
        self.size = size

    def before_train(self, runner: Runner) -> None:
        """Load the teacher, and check its classes."""
        classes = list(runner.train_dataloader.dataset.metainfo['classes'])
        self.teach(classifier_of(runner), classes)

    def teach(self, student: nn.Module, classes: Sequence[str] | None = None) -> None:
        """Load the teacher for a student.

        Args:
            student: The student.
            classes: Its classes in order; None takes those of the teacher.

        Raises:
            FileNotFoundError: If there is no such checkpoint.
            ValueError: See the class.
        """
        if not isinstance(student, DistilledClassifier):
            raise ValueError(
                f'TeacherHook teaches a DistilledClassifier, but the model is a '
                f'{type(student).__name__}. Set model.type, or remove the hook.'
            )
        loaded = ModelFromCheckpoint.load(self.checkpoint)
        taught = list((loaded.meta.get('dataset_meta') or {}).get('classes') or ())
        classes = taught if classes is None else classes
        if sorted(taught) != sorted(classes):
            raise ValueError(
                f'The teacher "{self.checkpoint}" knows the classes {", ".join(taught) or "none"}, '
                f'but the training data have {", ".join(classes)}. Choose a teacher of these '
                'classes.'
            )
        size = self.size or loaded.config.get('image_size')
        sides = f'of {size} px' if isinstance(size, int) else 'of the size that the student sees'
        print_log(
            f'{type(loaded.model).__name__} of "{self.checkpoint}" is the teacher; it sees images '
            f'{sides}.',
            logger='current',
        )
        order = [taught.index(name) for name in classes]
        student.teacher = Teacher(loaded.model, order, size if isinstance(size, int) else None)
