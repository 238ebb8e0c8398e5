"""Compares the training images with those of the validation and the test."""

import logging
from typing import Any

from mmengine.config import ConfigDict
from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.datasets.face_dataset import FaceDataset
from mmfer.datasets.sample_digest import SampleDigest, sample_digest
from mmfer.datasets.shared_images import shared_images
from mmfer.datasets.wrapped import chosen_samples, readers_of
from mmfer.engine.configuration.choosers import choosers
from mmfer.engine.feature_bank import build_unread
from mmfer.registry import HOOKS


@HOOKS.register_module()
class LeakageHook(Hook):
    """Report leakage before the first step of a training.

    Leakage is a training image, by path or content, in the validation or the test data, or an entry
    of the config, such as ``save_best``, that chooses by a validation on the test data. Checkpoints
    record their training images (``meta['trained_on']``, digests); if they are others in a resumed
    run, the checkpoint may have been trained on today's validation images, which is reported, too.

    Args:
        action: ``'warn'`` writes to the log; ``'error'`` stops.
        most: Images are compared only if there are at most this many, since reading the paths of
            ten million images takes minutes; the log says if they are not compared.

    Raises:
        ValueError: If ``action`` is unknown, or is ``'error'`` and there is leakage.

    Example:
        >>> default_hooks = dict(leakage=dict(type='LeakageHook', action='error'))
    """

    priority = 'VERY_HIGH'

    def __init__(self, action: str = 'warn', most: int = 1_000_000) -> None:
        if action not in ('warn', 'error'):
            raise ValueError(f"action={action!r} must be 'warn' or 'error'.")
        self.action, self.most = action, most
        self._trained_on: list[SampleDigest] = []

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Keep what a resumed checkpoint says about its training images."""
        if runner._resume:
            self._trained_on = list(checkpoint['meta'].get('trained_on', ()))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Record the training images."""
        if self._trained_on:
            checkpoint.setdefault('meta', {})['trained_on'] = self._trained_on

    def before_train(self, runner: Runner) -> None:
        """Look for leakage on the first rank, and report it on all."""
        found = [self._leaks(runner) if is_main_process() else []]
        broadcast_object_list(found)
        if not found[0]:
            return
        message = f'Leakage: {" ".join(found[0])}'
        if self.action == 'error':
            raise ValueError(f'{message} To train anyway: default_hooks.leakage.action=warn.')
        runner.logger.log(logging.WARNING, message)

    def _leaks(self, runner: Runner) -> list[str]:
        """A sentence for each kind of leakage in a run."""
        trained, cfg = runner.train_dataloader.dataset, runner.cfg
        data = {
            name: cfg[f'{name}_dataloader']['dataset']
            for name in ('val', 'test')
            if cfg.get(f'{name}_dataloader')
        }
        validated = None if runner.val_loop is None else runner.val_loop.dataloader.dataset
        watched = 'val' in data and validated is not None
        both = (
            watched
            and 'test' in data
            and chosen_samples(data['val']) == chosen_samples(data['test'])
        )
        tested = self._tested(runner, data['test']) if 'test' in data and not both else None
        found = self._changes(runner, trained)
        if validated is not None:
            found += self._twice(runner, 'validation', trained, validated)
            found += self._chosen(runner, data, validated, tested) if watched else []
        if tested is not None:
            found += self._twice(runner, 'test', trained, tested)
        return found

    def _changes(self, runner: Runner, trained: Any) -> list[str]:
        """A sentence if a resumed checkpoint may have been trained on validation images."""
        known = all(hasattr(reader, 'get_data_info') for reader in readers_of(trained))
        if len(trained) > self.most or not known:
            return []
        now, earlier = sample_digest(trained), self._trained_on
        self._trained_on = earlier if now in earlier else [*earlier, now]
        others = [before for before in earlier if before['paths'] != now['paths']]
        if others:
            change = (
                f'The resumed checkpoint was trained on other images than those of this run '
                f'({others[-1]["images"]} then, {now["images"]} now).'
            )
            if runner.val_loop is not None:
                return [
                    f"{change} Today's validation images may be among them, as when val_ratio "
                    'draws anew, so the results of the validation would be too good. Start anew in '
                    'another work directory, without --resume and load_from, or bring back the '
                    'earlier images.'
                ]
            runner.logger.warning(change)
        elif any(before['labels'] != now['labels'] for before in earlier):
            runner.logger.warning(
                'The resumed checkpoint was trained with other labels of the same images. The '
                'training continues with the labels of today.'
            )
        return []

    def _tested(self, runner: Runner, dataset: ConfigDict) -> Any:
        """The test data without their images; None if they cannot be read."""
        try:
            return build_unread(dataset)
        except (OSError, ValueError) as error:
            runner.logger.info(f'The test data cannot be compared with the other data: {error}')
            return None

    def _chosen(
        self, runner: Runner, data: dict[str, ConfigDict], validated: Any, tested: Any
    ) -> list[str]:
        """A sentence about what would be chosen by a validation on test images."""
        chosen = choosers(runner.cfg)
        if not chosen:
            return []
        if _is_test(data['val'], data.get('test')):
            said = 'the test data'
        elif tested is None:
            return []
        else:
            shared = self._shared(runner, 'validation', 'test', tested, validated)
            if not shared:
                return []
            said = f'{len(shared)} test images, such as "{shared[0]}"'
        return [
            f'{" and ".join(chosen)} would choose by val_dataloader, which reads {said}. Validate '
            'on a part of the training data: val_ratio=0.2 in the training and the validation data '
            "set, with split='train' and split='val'."
        ]

    def _twice(self, runner: Runner, name: str, trained: Any, other: Any) -> list[str]:
        """A sentence about training images among the validation or the test images."""
        shared = self._shared(runner, name, 'training', trained, other)
        if not shared:
            return []
        return [
            f'{len(shared)} {name} images, such as "{shared[0]}", are training images, too, so the '
            f'results of the {name} are too good. {_remedy(name, trained, other)}'
        ]

    def _shared(self, runner: Runner, name: str, of: str, first: Any, second: Any) -> list[str]:
        """The images of the second data set that are in the first, unless they are too many."""
        if len(first) + len(second) > self.most:
            runner.logger.info(
                f'{len(first)} {of} and {len(second)} {name} images are not compared, because '
                'this would take long: default_hooks.leakage.most.'
            )
            return []
        return shared_images(first, second)


def _remedy(name: str, trained: Any, other: Any) -> str:
    """What to do about images that training data share with a validation or a test."""
    roots = {reader.root for reader in readers_of(trained) if isinstance(reader, FaceDataset)}
    if all(
        isinstance(reader, FaceDataset)
        and reader.root in roots
        and reader.ONE_SIDECAR is None  # else all parts are read from the same files
        and (
            reader.split == 'test'
            or (reader.split == 'val' and not getattr(reader, 'val_ratio', 0))
        )
        for reader in readers_of(other)
    ):
        return f"Give both other images; apart_from='train' in the {name} data set leaves them out."
    return 'Give both other images.'


def _is_test(validated: ConfigDict, tested: ConfigDict | None) -> bool:
    """Whether validation data are test data."""
    ours = chosen_samples(validated)
    if any(reader.get('split') == 'test' for reader in ours):
        return True
    return tested is not None and any(reader in chosen_samples(tested) for reader in ours)
