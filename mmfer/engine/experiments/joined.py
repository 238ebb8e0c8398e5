"""Cross validation of joined data sets: subjects are named after their data set."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from mmengine.config import Config, ConfigDict

from mmfer.datasets.subject_names import SEPARATOR, set_key, set_names
from mmfer.datasets.wrapped import readers_of

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def named_subjects(cfg: Config) -> Config:
    """A copy of a config in which the subjects of joined data sets have the name of their set.

    ``sub01`` of ``CASME2`` becomes ``CASME2/sub01``, because ``sub01`` of another data set is
    another person. A second data set of the same reader is ``CASME2-2``. A config with a single
    data set is not changed.

    Raises:
        ValueError: If the training data join a data set with itself.
    """
    cfg = deepcopy(cfg)
    keys = [set_key(reader) for reader in readers_of(cfg.train_dataloader.dataset)]
    if len(keys) == 1:
        return cfg
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ValueError(
            f'train_dataloader.dataset joins {twice[0]} at "{twice[1]}" with itself, but cross '
            "validation divides each data set once. Give one reader with split='trainval'."
        )
    names = set_names(keys)
    for name in LOADERS:
        if cfg.get(name) is None:
            continue
        for reader in readers_of(cfg[name].dataset):
            if set_key(reader) in names:
                reader.subject_prefix = f'{names[set_key(reader)]}{SEPARATOR}'
    return cfg


def dataset_of(subject: str) -> str:
    """The data set in the name of a subject of joined data sets."""
    return subject.partition(SEPARATOR)[0]


def join(readers: Sequence[ConfigDict]) -> ConfigDict:
    """The config of all readers together; of one reader, its own config."""
    if len(readers) == 1:
        return readers[0]
    return ConfigDict(type='ConcatDataset', datasets=list(readers))


def restricted(dataset: dict[str, Any], subjects: Sequence[str]) -> dict[str, Any] | None:
    """The config of a data set that reads only some subjects; None if it reads none of them.

    Args:
        dataset: The config of a reader, or of a wrapper of readers.
        subjects: The names of the subjects, of all data sets.
    """
    if 'datasets' in dataset:
        inside = [restricted(one, subjects) for one in dataset['datasets']]
        kept = [one for one in inside if one is not None]
        return {**dataset, 'datasets': kept} if kept else None
    if 'dataset' in dataset:
        one = restricted(dataset['dataset'], subjects)
        return None if one is None else {**dataset, 'dataset': one}
    prefix = dataset.get('subject_prefix', '')
    own = [subject for subject in subjects if subject.startswith(prefix)]
    return {**dataset, 'subjects': own} if own else None
