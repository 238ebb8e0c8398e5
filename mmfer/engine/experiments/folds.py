"""What a fold of a cross validation changes in a config."""

import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict

from mmfer.engine.experiments.leakage import (
    check_choice,
    check_weights,
    innermost,
    is_carved,
    validated_subjects,
)
from mmfer.engine.feature_bank import build_with_pipeline
from mmfer.evaluation.protocols import Fold


@dataclass(frozen=True)
class Pool:
    """The N samples that are divided into folds.

    Args:
        paths: Their images.
        labels: Their classes.
        subjects: Whom they show.
        digest: SHA-256 of all that is known of them, landmarks included.
    """

    paths: list[str]
    labels: list[int]
    subjects: list[str]
    digest: str = ''


def pool_config(cfg: Config) -> ConfigDict:
    """The config's test data set, but of all samples that the training data set draws on.

    Raises:
        ValueError: If the two read different data sets, or not the whole.
    """
    train = innermost(cfg.train_dataloader.dataset, 'train_dataloader')
    test = deepcopy(innermost(cfg.test_dataloader.dataset, 'test_dataloader'))
    for entry in ('type', 'data_root'):
        if train.get(entry) != test.get(entry):
            raise ValueError(
                f'train_dataloader.dataset.{entry} is {train.get(entry)!r}, that of '
                f'test_dataloader {test.get(entry)!r}. Cross validation divides one data set: '
                'give both the same.'
            )
    for entry in ('subjects', 'indices'):
        if train.get(entry) is not None or test.get(entry) is not None:
            raise ValueError(
                f'train_dataloader.dataset or test_dataloader.dataset has {entry}=..., and it is '
                'cross validation that chooses the samples. Remove it.'
            )
    for entry in ('val_ratio', 'split', 'test_subjects'):
        test.pop(entry, None)
    if 'split' in train:
        test.split = train.split
    test.test_mode = True
    return test


def read_pool(cfg: Config) -> Pool:
    """Read the samples that are divided.

    Raises:
        ValueError: If a sample has no class or no subject, or as :func:`pool_config`.
    """
    config = pool_config(cfg)
    dataset = build_with_pipeline(config, [])
    samples = [dataset.get_data_info(i) for i in range(len(dataset))]
    for entry, remedy in (
        ('gt_label', 'Cross validation is of expressions: give a reader of these.'),
        (
            'subject',
            'Images of one person must not stand on both sides of a fold: tell the subject of '
            'all, in the data set or in its sidecar.',
        ),
    ):
        without = [sample['img_path'] for sample in samples if sample.get(entry) is None]
        if without:
            raise ValueError(
                f'{len(without)} of {len(samples)} samples of "{config.get("data_root")}" have no '
                f'{entry}, such as "{without[0]}". {remedy}'
            )
    return Pool(
        [str(sample['img_path']) for sample in samples],
        [int(sample['gt_label']) for sample in samples],
        [str(sample['subject']) for sample in samples],
        _digest(samples),
    )


def common_config(cfg: Config, pool: Pool, seed: int | None = None) -> Config:
    """What all folds share: one data set, no test while training, checked for leakage.

    A validation set that shows subjects to be held out, as where it is the test set, is not
    validated on. The test gives predictions alone, which are judged once, over all folds.

    Args:
        cfg: A config of :func:`mmfer.engine.load_config`.
        pool: Its samples.
        seed: Replaces the config's seed.

    Raises:
        ValueError: If a held-out subject would choose the epoch, or began in the weights.
    """
    held_out = validated_subjects(cfg, set(pool.subjects))
    check_choice(cfg, held_out)
    check_weights(cfg)
    config = pool_config(cfg)
    cfg = deepcopy(cfg)
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
        base: Where the common config lies, seen from the fold's.
    """
    hook = {'held_out': {'type': 'HeldOutHook', 'subjects': list(fold.held_out)}}
    entries: dict[str, Any] = {'default_hooks': hook}
    parts = {'train_dataloader': fold.training, 'test_dataloader': fold.held_out}
    if cfg.get('val_dataloader') is not None and is_carved(
        innermost(cfg.val_dataloader.dataset, 'val_dataloader')
    ):
        parts['val_dataloader'] = fold.training
    for loader, subjects in parts.items():
        entries[loader] = {'dataset': _inside(cfg[loader].dataset, {'subjects': list(subjects)})}
    lines = [f'{name} = {entry!r}' for name, entry in entries.items()]
    return '\n'.join([f'_base_ = {base!r}', *lines, ''])


def _digest(samples: Iterable[dict[str, Any]]) -> str:
    sha = sha256()
    for sample in samples:
        sha.update(json.dumps(sample, sort_keys=True, default=_plain).encode())
    return sha.hexdigest()


def _plain(value: Any) -> Any:
    """NumPy's arrays and numbers as plain ones; of other objects the type alone."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(type(value))


def _inside(dataset: ConfigDict, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry for the reader inside the wrappers of a data set."""
    return {'dataset': _inside(dataset.dataset, entry)} if 'dataset' in dataset else entry
