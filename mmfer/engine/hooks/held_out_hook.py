"""Stops a training on held-out subjects, or with training images in the validation set."""

from collections.abc import Sequence
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.registry import HOOKS


@HOOKS.register_module()
class HeldOutHook(Hook):
    """Checks the training and validation data of a fold of a cross validation.

    The hook checks the data sets after they are built, independent of the config.

    Args:
        subjects: The held-out subjects.

    Raises:
        ValueError: If the training or validation data contain a held-out or an unknown subject, or
            both contain the same image.

    Example:
        >>> default_hooks = dict(held_out=dict(type='HeldOutHook', subjects=['sub01']))
    """

    priority = 'VERY_HIGH'

    def __init__(self, subjects: Sequence[str]) -> None:
        self.subjects = set(map(str, subjects))

    def before_train(self, runner: Runner) -> None:
        """Check both data sets."""
        trained = self._images('training', runner.train_dataloader.dataset)
        if runner.val_loop is None:
            return
        twice = sorted(trained & self._images('validation', runner.val_loop.dataloader.dataset))
        if twice:
            raise ValueError(
                f'Leakage: {len(twice)} images of this fold, such as "{twice[0]}", are in both the '
                "training and the validation data. Give split='train' in train_dataloader.dataset, "
                "split='val' in val_dataloader.dataset, and the same val_ratio in both."
            )

    def _images(self, name: str, dataset: Any) -> set[str]:
        """The images of a data set; check that none of them shows a held-out subject."""
        images = set()
        for i in range(len(dataset)):
            sample = dataset.get_data_info(i)
            subject = sample.get('subject')
            if subject is None or str(subject) in self.subjects:
                whose = (
                    'whose subject is unknown'
                    if subject is None
                    else f'which shows the held-out subject {subject}'
                )
                raise ValueError(
                    f'Leakage: the {name} data of this fold hold "{sample.get("img_path")}", '
                    f'{whose}. '
                    "Restrict them with subjects=[...] in the data set's config."
                )
            box = sample.get('face_box')
            images.add(f'{sample["img_path"]}{"" if box is None else f", {box}"}')
        return images
