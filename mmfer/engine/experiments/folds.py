"""The changes of a fold of a cross validation to a config."""

import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict

from mmfer.datasets.subject_names import set_key
from mmfer.datasets.wrapped import chosen_samples, each_sample_once, readers_of
from mmfer.engine.experiments.joined import dataset_of, join, named_subjects, restricted
from mmfer.engine.experiments.leakage import (
    check_choice,
    check_weights,
    is_carved,
    validated_subjects,
    warn_of_alike,
)
from mmfer.engine.feature_bank import build_unread, build_with_pipeline
from mmfer.evaluation.protocols import Fold
from mmfer.registry import DATASETS


@dataclass(frozen=True)
class Pool:
    """The N samples of a cross validation.

    Args:
        paths: The images of the samples.
        labels: The classes of the samples; 0 for samples of attributes.
        subjects: The subjects of the samples.
        digest: SHA-256 of all annotations of the samples, including landmarks; in further lines, of
            those that are trained on, if other options read them, and of a validation set apart.
        joined: Whether several data sets are joined; then a subject is named after its data set.
    """

    paths: list[str]
    labels: list[int]
    subjects: list[str]
    digest: str = ''
    joined: bool = False

    @property
    def datasets(self) -> list[str]:
        """The data set of each sample, if several are joined."""
        return [dataset_of(subject) for subject in self.subjects] if self.joined else []


def pool_config(cfg: Config, loader: str = 'test_dataloader') -> ConfigDict:
    """The test data set of the config, or that of another loader, extended to all samples.

    Raises:
        ValueError: If training and test read different data sets, or only a part.
    """
    train = readers_of(cfg.train_dataloader.dataset)
    test = readers_of(cfg.test_dataloader.dataset)
    if len(train) != len(test):
        raise ValueError(
            f'train_dataloader.dataset joins {len(train)} data sets, and test_dataloader.dataset '
            f'{len(test)}. Cross validation divides what both read, so give both the same.'
        )
    for one, other in zip(train, test, strict=True):
        _check_alike(one, other)
    readers = deepcopy(readers_of(cfg[loader].dataset))
    for one, reader in zip(train, readers, strict=True):
        for entry in ('val_ratio', 'split', 'test_subjects'):
            reader.pop(entry, None)
        if 'split' in one:
            reader.split = one.split
        reader.test_mode = True
    return join(readers)


def _check_alike(train: ConfigDict, test: ConfigDict) -> None:
    """Check that both readers read all samples of one data set."""
    for entry in ('type', 'data_root'):
        if train.get(entry) != test.get(entry):
            raise ValueError(
                f'{entry} is {train.get(entry)!r} in train_dataloader.dataset and '
                f'{test.get(entry)!r} in test_dataloader.dataset. Cross validation divides what '
                'both read, so give both the same value.'
            )
    for entry in ('subjects', 'indices'):
        if train.get(entry) is not None or test.get(entry) is not None:
            raise ValueError(
                f'train_dataloader.dataset or test_dataloader.dataset has {entry}=..., but cross '
                f'validation chooses the samples. Remove {entry}.'
            )


def read_pool(cfg: Config, check_landmarks: bool = False) -> Pool:
    """Read the samples of a cross validation.

    Args:
        cfg: The config of the training.
        check_landmarks: Whether each sample must have the landmarks that the test pipeline needs.

    Raises:
        ValueError: If a sample has no class, no subject or no landmarks, or as in
            :func:`pool_config`.
    """
    cfg = named_subjects(cfg)
    config = pool_config(cfg)
    roots = ', '.join(f'"{reader.get("data_root")}"' for reader in readers_of(config))
    dataset = (
        each_sample_once(DATASETS.build(config))
        if check_landmarks
        else build_with_pipeline(config, [])
    )
    samples = _annotations(dataset)
    if dataset.metainfo.get('task') == 'attributes':
        samples = [{**sample, 'gt_label': 0} for sample in samples]
    for entry, remedy in (
        ('gt_label', 'Cross validation needs classes of expressions. Use a reader of expressions.'),
        (
            'subject',
            'Images of one person must not be on both sides of a fold. Give the subjects of all '
            'images, in the data set or in its sidecar.',
        ),
    ):
        without = [sample['img_path'] for sample in samples if sample.get(entry) is None]
        if without:
            raise ValueError(
                f'{len(without)} of {len(samples)} samples of {roots} have no {entry}, '
                f'such as "{without[0]}". {remedy}'
            )
    digests = [_digest(samples)]
    trained = pool_config(cfg, 'train_dataloader')
    if chosen_samples(trained) != chosen_samples(config):
        digests.append(_digest(_annotations(build_unread(trained))))
    if _validates_apart(cfg):
        validated = build_unread(cfg.val_dataloader.dataset)
        digests.append(f'validation {_digest(_annotations(validated))}')
    warn_of_alike(str(sample['subject']) for sample in samples)
    return Pool(
        [str(sample['img_path']) for sample in samples],
        [int(sample['gt_label']) for sample in samples],
        [str(sample['subject']) for sample in samples],
        '\n'.join(digests),
        'datasets' in config,
    )


def common_config(cfg: Config, pool: Pool, seed: int | None = None) -> Config:
    """The common config of all folds, checked for leakage.

    All folds read one data set. A validation set that contains held-out subjects, for example
    because it is the test set, is not used. The test only saves predictions, which are evaluated
    once, over all folds.

    Args:
        cfg: A config of :func:`mmfer.engine.load_config`.
        pool: The samples of the cross validation.
        seed: Replaces the seed of the config.

    Raises:
        ValueError: If held-out subjects would select the epoch, or were used to train the initial
            weights.
    """
    cfg = named_subjects(cfg)
    held_out = validated_subjects(cfg, set(pool.subjects))
    check_choice(cfg, held_out)
    check_weights(cfg)
    config = pool_config(cfg)
    cfg.test_dataloader.dataset = config
    cfg.test_evaluator, cfg.resume = [], False
    if held_out:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if seed is not None:
        cfg.merge_from_dict({'randomness.seed': seed})
    return cfg


def fold_source(cfg: Config, fold: Fold, base: str) -> str:
    """The config file of a fold, which inherits the common config.

    Args:
        cfg: The common config.
        fold: The fold.
        base: Path of the common config, relative to the config of the fold.
    """
    hook = {'held_out': {'type': 'HeldOutHook', 'subjects': list(fold.held_out)}}
    entries: dict[str, Any] = {'default_hooks': hook}
    parts = {'train_dataloader': fold.training, 'test_dataloader': fold.held_out}
    if cfg.get('val_dataloader') is not None and is_carved(cfg.val_dataloader.dataset):
        parts['val_dataloader'] = fold.training
    for loader, subjects in parts.items():
        dataset = cfg[loader].dataset
        if _has_list(dataset):
            change = {'_delete_': True, **(restricted(dataset.to_dict(), subjects) or {})}
        else:
            change = _inside(dataset, {'subjects': list(subjects)})
        entries[loader] = {'dataset': change}
    lines = [f'{name} = {entry!r}' for name, entry in entries.items()]
    return '\n'.join([f'_base_ = {base!r}', *lines, ''])


def _validates_apart(cfg: Config) -> bool:
    """Whether the validation reads other data sets than the training and the test."""
    if cfg.get('val_dataloader') is None:
        return False
    divided, validated = (
        {set_key(reader) for reader in readers_of(loader.dataset)}
        for loader in (cfg.train_dataloader, cfg.val_dataloader)
    )
    return not validated <= divided


def _annotations(dataset: Any) -> list[dict[str, Any]]:
    return [dataset.get_data_info(i) for i in range(len(dataset))]


def _digest(samples: Iterable[dict[str, Any]]) -> str:
    sha = sha256()
    for sample in samples:
        sha.update(json.dumps(sample, sort_keys=True, default=_plain).encode())
    return sha.hexdigest()


def _plain(value: Any) -> Any:
    """Convert NumPy arrays and numbers to plain values, and other objects to their types."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(type(value))


def _has_list(dataset: ConfigDict) -> bool:
    """Whether a wrapper lists its data sets, also if it lists only one."""
    return 'datasets' in dataset or ('dataset' in dataset and _has_list(dataset.dataset))


def _inside(dataset: ConfigDict, entry: dict[str, Any]) -> dict[str, Any]:
    """Nest an entry for the reader in the wrappers of a data set."""
    return {'dataset': _inside(dataset.dataset, entry)} if 'dataset' in dataset else entry
