"""Stops a training that would see held-out subjects, or be judged by what it learns."""

from collections.abc import Sequence
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.registry import HOOKS


@HOOKS.register_module()
class HeldOutHook(Hook):
    """Looks through the data that a fold of a cross validation trains and validates on.

    It sees the data sets as they were built, whatever the config said.

    Args:
        subjects: Those who are held out.

    Raises:
        ValueError: If the training or validation data show one of them, or somebody unknown, or
            if both hold the same image.

    Example:
        >>> default_hooks = dict(held_out=dict(type='HeldOutHook', subjects=['sub01']))
    """

    priority = 'VERY_HIGH'

    def __init__(self, subjects: Sequence[str]) -> None:
        self.subjects = set(map(str, subjects))

    def before_train(self, runner: Runner) -> None:
        """Look through both."""
        trained = self._images('training', runner.train_dataloader.dataset)
        if runner.val_loop is None:
            return
        twice = sorted(trained & self._images('validation', runner.val_loop.dataloader.dataset))
        if twice:
            raise ValueError(
                f'Leakage: {len(twice)} images of this fold, such as "{twice[0]}", are both '
                "trained on and validated on. Give split='train' in train_dataloader.dataset, "
                "split='val' in val_dataloader.dataset, and the same val_ratio in both."
            )

    def _images(self, name: str, dataset: Any) -> set[str]:
        """The images of a data set, all of which must be of others than those held out."""
        images = set()
        for i in range(len(dataset)):
            sample = dataset.get_data_info(i)
            subject = sample.get('subject')
            if subject is None or str(subject) in self.subjects:
                raise ValueError(
                    f'Leakage: the {name} data of this fold hold "{sample.get("img_path")}" '
                    f'of {"nobody known" if subject is None else f"{subject}, held out"}. '
                    "Restrict them with subjects=[...] in the data set's config."
                )
            box = sample.get('face_box')
            images.add(f'{sample["img_path"]}{"" if box is None else f", {box}"}')
        return images
