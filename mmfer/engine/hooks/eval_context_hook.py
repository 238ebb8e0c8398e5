"""The images to which an image attends at test time."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.dist import broadcast
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner
from torch import Tensor, nn
from torch.utils.data import DataLoader

from mmfer.datasets.truth import true_classes
from mmfer.datasets.wrapped import evaluation_pipeline
from mmfer.engine.feature_bank import build_with_pipeline, pooled_features, unwrap
from mmfer.engine.network import network_and_copies
from mmfer.protocols import AttendsToSupport
from mmfer.registry import HOOKS


def balanced_indices(labels: np.ndarray, num_per_class: int, seed: int) -> list[int]:
    """Indices of ``num_per_class`` images of every class, drawn without replacement.

    A class with fewer images gives all its images.
    """
    return _drawn((labels == c for c in np.unique(labels)), num_per_class, seed)


def gt_labels(dataset: BaseDataset) -> np.ndarray:
    """Labels of a data set or of a wrapper of data sets."""
    return np.array([true_classes(dataset.get_data_info(i))[0] for i in range(len(dataset))])


def support_indices(dataset: BaseDataset, num_per_class: int, seed: int) -> list[int]:
    """Indices of the images of a support set, each once.

    For classes, these are the :func:`balanced_indices`. For attributes, ``num_per_class`` images
    are drawn that have each attribute, and the same number without any attribute.
    """
    if 'gt_label' in dataset.get_data_info(0):
        return balanced_indices(gt_labels(dataset), num_per_class, seed)
    shown = [set(true_classes(dataset.get_data_info(i))) for i in range(len(dataset))]
    count = len(dataset.metainfo['classes'])
    groups = [np.array([k in some for some in shown]) for k in range(count)]
    groups.append(np.array([not some for some in shown]))
    return list(dict.fromkeys(_drawn(groups, num_per_class, seed)))


def _drawn(groups: Iterable[np.ndarray], count: int, seed: int) -> list[int]:
    """Indices of ``count`` images of each group, a mask (n,)."""
    rng = np.random.default_rng(seed)
    return [int(i) for group in groups for i in rng.permutation(np.flatnonzero(group))[:count]]


def find_itrr(model: nn.Module) -> tuple[str, AttendsToSupport] | None:
    """The name and the module of the first ITRR, or similar module, of a model, or None."""
    modules = unwrap(model).named_modules()
    return next(((name, m) for name, m in modules if isinstance(m, AttendsToSupport)), None)


def _in_training(runner: Runner) -> bool:
    return isinstance(runner._train_loop, BaseLoop)


@contextmanager
def _weights_of(module: nn.Module, state_dict: dict[str, Tensor], prefix: str) -> Iterator[None]:
    """Temporarily load the weights of a state dict into a module."""
    own = {name: value.clone() for name, value in module.state_dict().items()}
    module.load_state_dict({name: state_dict[prefix + name] for name in own})
    try:
        yield
    finally:
        module.load_state_dict(own)


@HOOKS.register_module()
class EvalContextHook(Hook):
    """Prepares the test-time context of :class:`mmfer.models.ITRR`.

    With ``context='support'``, the hook draws a fixed, class-balanced, seeded set of training
    images. Their features are recomputed before every validation, on all ranks alike, with the
    validated weights, and for every checkpoint with the saved weights. If a hook such as
    ``EMAHook`` averages the weights, these are the averaged weights. A training does not use the
    support set of its initial checkpoint.

    With ``context='batch'``, the hook makes validation and test loaders shuffle with a fixed seed,
    because in a file sorted by class the batch reveals the labels. Models without ITRR are not
    changed.

    Args:
        num_per_class: Images of each class, or with each attribute, in the support set.
        seed: Seed of the draw and of the shuffling.
        shuffle: False keeps the order in ``'batch'`` context, to measure how much a file sorted by
            class reveals.
        batch_size: Images per step when the features are computed.

    Example:
        >>> custom_hooks = [dict(type='EvalContextHook', num_per_class=3)]
    """

    # Runs after hooks that install averaged weights, and before the checkpoint is written.
    priority = 'LOW'

    def __init__(
        self, num_per_class: int = 3, seed: int = 0, shuffle: bool = True, batch_size: int = 128
    ) -> None:
        if num_per_class < 1:
            raise ValueError(f'num_per_class={num_per_class} must be at least 1.')
        self.num_per_class = num_per_class
        self.seed = seed
        self.shuffle = shuffle
        self.batch_size = batch_size
        self._images: tuple[BaseDataset, list[int]] | None = None

    def support_features(self, runner: Runner) -> Tensor:
        """F of the support images, (S, D), with the current weights."""
        if self._images is None:
            pipeline = evaluation_pipeline(runner.cfg, 'The support set')
            dataset = build_with_pipeline(runner.cfg.train_dataloader.dataset, pipeline)
            indices = support_indices(dataset, self.num_per_class, self.seed)
            self._images = dataset, indices
        return pooled_features(runner.model, *self._images, batch_size=self.batch_size)

    def shared_support_features(self, runner: Runner) -> Tensor:
        """F of the support images (S, D), computed on all ranks and taken from the first rank."""
        features = self.support_features(runner)
        broadcast(features)
        return features

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """In training, remove the support set, because it is recomputed before its use."""
        if not _in_training(runner):
            return
        for network in network_and_copies(runner):
            found = find_itrr(network)
            if found is not None and found[1].context == 'support':
                found[1].clear_support()
                checkpoint['state_dict'].pop(f'{found[0]}.support_features', None)

    def before_val_epoch(self, runner: Runner) -> None:
        """Refresh the support set, or shuffle."""
        found = find_itrr(runner.model)
        if found is None:
            return
        _, itrr = found
        if itrr.context == 'batch':
            self._shuffle(runner.val_dataloader, 'validation')
        elif itrr.context == 'support' and _in_training(runner):
            itrr.set_support(self.shared_support_features(runner))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put the support set of the saved weights into the checkpoint.

        This runs only on the first rank, so without communication between ranks, and does not
        change the model.
        """
        found = find_itrr(runner.model)
        if found is None or found[1].context != 'support':
            return
        with _weights_of(unwrap(runner.model).backbone, checkpoint['state_dict'], 'backbone.'):
            features = self.support_features(runner)
        # Without the set of the last validation, which a resumed training does not have.
        name = f'{found[0]}.support_features'
        for weights in (checkpoint['state_dict'], checkpoint.get('ema_state_dict', {})):
            for stale in [key for key in weights if key.endswith(name)]:
                del weights[stale]
        checkpoint['state_dict'][name] = features.cpu()

    def before_test_epoch(self, runner: Runner) -> None:
        found = find_itrr(runner.model)
        if found is not None and found[1].context == 'batch':
            self._shuffle(runner.test_dataloader, 'test')

    def _shuffle(self, loader: DataLoader, name: str) -> None:
        if not self.shuffle:
            print_log(
                f"context='batch' without shuffling: if the {name} set is sorted by class, its "
                'batches reveal the labels and the scores are too high.',
                'current',
                level=logging.WARNING,
            )
            return
        sampler: Any = loader.sampler
        if not hasattr(sampler, 'shuffle'):
            raise ValueError(
                f"The {name} loader's {type(sampler).__name__} cannot shuffle, but context='batch' "
                "needs shuffling. Use sampler=dict(type='DefaultSampler')."
            )
        if not sampler.shuffle:
            print_log(
                f"context='batch': each {name} image attends to the images of its batch, so the "
                f'{name} set is shuffled with seed {self.seed}; scores depend on this order.',
                'current',
            )
        sampler.shuffle, sampler.seed = True, self.seed


@contextmanager
def with_support_set(runner: Runner) -> Iterator[None]:
    """Let RALD predict during a training, with a support set of the current weights.

    The set is drawn with the options of the EvalContextHook of the runner, or with default options.
    Afterwards the previous support set is restored. All ranks must take part.
    """
    found = find_itrr(runner.model)
    if found is None or found[1].context != 'support':
        yield
        return
    _, itrr = found
    hooks = [hook for hook in runner.hooks if isinstance(hook, EvalContextHook)]
    before = itrr.support_features
    itrr.set_support((hooks or [EvalContextHook()])[0].shared_support_features(runner))
    try:
        yield
    finally:
        itrr.set_support(before)
