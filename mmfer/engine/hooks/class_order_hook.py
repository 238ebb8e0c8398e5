"""Checks that a model, a checkpoint and a data set have the same classes."""

from collections.abc import Sequence
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner

from mmfer.engine.feature_bank import unwrap
from mmfer.registry import HOOKS


def describe_difference(checkpoint: Sequence[str], dataset: Sequence[str]) -> str | None:
    """Describe how the classes of a checkpoint and a data set differ; None if they are equal."""
    if tuple(checkpoint) == tuple(dataset):
        return None
    if sorted(checkpoint) == sorted(dataset):
        index = next(i for i, (a, b) in enumerate(zip(checkpoint, dataset, strict=True)) if a != b)
        return (
            f'the same classes in another order, from class {index} on: "{checkpoint[index]}" in '
            f'the checkpoint, "{dataset[index]}" in the data set'
        )
    lost = sorted(set(checkpoint) - set(dataset))
    new = sorted(set(dataset) - set(checkpoint))
    return (
        f'{len(checkpoint)} classes in the checkpoint and {len(dataset)} in the data set; only in '
        f'the checkpoint: {_listed(lost)}; only in the data set: {_listed(new)}'
    )


def _listed(names: Sequence[str], most: int = 50) -> str:
    """At most ``most`` names; data sets of identities have tens of thousands."""
    if len(names) <= most:
        return ', '.join(names) or 'none'
    return f'{", ".join(names[:most])} and {len(names) - most} more'


@HOOKS.register_module()
class ClassOrderHook(Hook):
    """Compare the classes of the model and of a checkpoint with those of the data set.

    Training stops at once if the head does not have one output for each class.

    A test or a resumed training with other classes, or the same classes in another order, stops,
    because its numbers would be silently wrong. Fine-tuning (``load_from``) on other classes is
    usual and only gives a warning. A checkpoint without class names also gives a warning.

    Raises:
        ValueError: If the classes, or their number, differ.

    Example:
        >>> default_hooks = dict(class_order=dict(type='ClassOrderHook'))
    """

    def before_train(self, runner: Runner) -> None:
        """Compare the head with the training data.

        Raises:
            ValueError: If the head does not have one output for each class.
        """
        dataset = runner.train_loop.dataloader.dataset
        classes = (getattr(dataset, 'metainfo', None) or {}).get('classes')
        outputs = getattr(getattr(unwrap(runner.model), 'head', None), 'num_classes', None)
        if classes and outputs is not None and outputs != len(classes):
            raise ValueError(
                f'The head has {outputs} outputs, but the training data have {len(classes)} '
                f'classes. Set model.head.num_classes={len(classes)} and '
                f'data_preprocessor.num_classes={len(classes)}, or check the path of the data set.'
            )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Compare the classes of a checkpoint with those of the data set.

        Raises:
            ValueError: If they differ in a test or a resumed training.
        """
        training = isinstance(runner._train_loop, BaseLoop)
        if training:
            loop = runner.train_loop
        elif isinstance(runner._test_loop, BaseLoop):
            loop = runner.test_loop
        else:
            loop = runner.val_loop
        dataset = (getattr(loop.dataloader.dataset, 'metainfo', None) or {}).get('classes')
        meta = checkpoint.get('meta', {})
        saved = (meta.get('dataset_meta') or {}).get('classes') or meta.get('CLASSES')
        if not dataset:
            return
        if not saved:
            runner.logger.warning(
                'The checkpoint has no class names, so their order cannot be compared with the '
                f'data set ({_listed(dataset)}).'
            )
            return
        difference = describe_difference(saved, dataset)
        if difference is None:
            return
        if training and not runner._resume:
            runner.logger.warning(f'Fine-tuning on other classes: {difference}.')
            return
        raise ValueError(
            f'The checkpoint was trained on other classes: {difference}. Give the data set the '
            'classes of the checkpoint, in the same order, or use another checkpoint.'
        )
