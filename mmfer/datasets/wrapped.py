"""Walks from wrappers of data sets, such as ``ConcatDataset``, to the readers inside.

A wrapper has its data set in ``dataset``, or its data sets in ``datasets``, as all wrappers of
mmengine and mmpretrain do; this holds for objects and for configs.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any

import numpy as np
from torch.utils.data import Dataset

NO_DATA = ('pipeline', 'test_mode', 'broken', 'broken_report', 'lazy_init', 'serialize_data')
"""Options of readers that do not choose samples."""


def _inside(wrapper: Any) -> list[Any] | None:
    """The data sets, or configs, in a wrapper; None for a reader."""
    if isinstance(wrapper, MutableMapping):
        one, several = wrapper.get('dataset'), wrapper.get('datasets')
    else:
        one, several = getattr(wrapper, 'dataset', None), getattr(wrapper, 'datasets', None)
    if several is not None:
        return list(several)
    return None if one is None else [one]


def readers_of(dataset: Any) -> list[Any]:
    """The readers in a data set, each once, or their configs in its config, in order.

    Args:
        dataset: A data set or the config of one; a reader is its own only reader.

    Example:
        >>> readers_of(dict(type='RepeatDataset', times=2, dataset=dict(type='RAFDB')))
        [{'type': 'RAFDB'}]
    """
    found: list[Any] = []

    def walk(node: Any) -> None:
        if hasattr(node, 'full_init'):
            node.full_init()  # a wrapper that is built lazily may not have chosen its samples
        inside = _inside(node)
        joined_again = not isinstance(node, MutableMapping) and any(node is one for one in found)
        if inside is None and not joined_again:
            found.append(node)
        for child in inside or ():
            walk(child)

    walk(dataset)
    return found


def chosen_samples(dataset: MutableMapping[str, Any]) -> list[dict[str, Any]]:
    """The options that choose the samples, of each reader in the config of a data set.

    Example:
        >>> chosen_samples(dict(type='RAFDB', split='train', pipeline=[]))
        [{'type': 'RAFDB', 'split': 'train'}]
    """
    return [{k: v for k, v in reader.items() if k not in NO_DATA} for reader in readers_of(dataset)]


def pipeline_of(dataset: MutableMapping[str, Any], where: str) -> Any:
    """The pipeline of the readers in the config of a data set.

    Args:
        dataset: The config of a reader or of a wrapper.
        where: The entry with this config, for messages.

    Raises:
        ValueError: If a reader has no pipeline, or the readers have different pipelines.
    """
    pipelines = [reader.get('pipeline') for reader in readers_of(dataset)]
    if None in pipelines or not pipelines:
        raise ValueError(f'{where} has no pipeline. Add pipeline=[...] to its data set.')
    if any(pipeline != pipelines[0] for pipeline in pipelines):
        raise ValueError(
            f'The {len(pipelines)} data sets in {where} have different pipelines, but one is '
            'needed. Give all the same pipeline.'
        )
    return pipelines[0]


def evaluation_pipeline(config: Any, purpose: str) -> Any:
    """The pipeline of the validation data in the config of a run, or else of the test data.

    Raises:
        ValueError: If the config has neither, or :func:`pipeline_of` fails.
    """
    for name in ('val_dataloader', 'test_dataloader'):
        if config.get(name):
            return pipeline_of(config[name]['dataset'], f'{name}.dataset')
    raise ValueError(
        f'{purpose} needs the test pipeline. Add a val_dataloader or a test_dataloader to the '
        'config.'
    )


class EachSampleOnce(Dataset):
    """All samples of the readers in a wrapper, each once, numbered from 0.

    Wrappers repeat and join samples, so the number of a sample in its reader, ``sample_idx``, does
    not identify it. Here ``sample_idx`` is the position, as it is in a single reader.

    Args:
        dataset: A wrapper.
    """

    def __init__(self, dataset: Any) -> None:
        self.metainfo = dataset.metainfo
        self.readers = self.datasets = readers_of(dataset)
        self._ends = np.cumsum([len(reader) for reader in self.readers])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def locate(self, index: int) -> tuple[Any, int]:
        """The reader of a sample, and the number of the sample in the reader."""
        if not 0 <= index < len(self):
            raise IndexError(f'There is no sample {index} of {len(self)}.')
        number = int(np.searchsorted(self._ends, index, side='right'))
        return self.readers[number], index - int(self._ends[number] - len(self.readers[number]))

    def get_data_info(self, index: int) -> dict[str, Any]:
        """The annotations of a sample."""
        reader, inside = self.locate(index)
        return {**reader.get_data_info(inside), 'sample_idx': index}

    def __getitem__(self, index: int) -> Any:
        """The output of the pipeline of a sample, a dictionary."""
        reader, inside = self.locate(index)
        sample = reader[inside]
        if 'data_samples' in sample:
            sample['data_samples'].set_metainfo({'sample_idx': index})
        else:
            sample['sample_idx'] = index
        return sample


def each_sample_once(dataset: Any) -> Any:
    """The samples of a data set, each once; a reader is returned unchanged."""
    return dataset if _inside(dataset) is None else EachSampleOnce(dataset)


class _AddToNumber:
    """A first step of a pipeline that numbers the samples of several readers."""

    def __init__(self, first: int) -> None:
        self.first = first

    def __call__(self, results: dict[str, Any]) -> dict[str, Any]:
        return {**results, 'sample_idx': results['sample_idx'] + self.first}


def number_samples(dataset: Any) -> None:
    """Make ``sample_idx`` of a training set the numbers of :class:`EachSampleOnce`, in place."""
    for reader, first in _firsts(dataset):
        steps = reader.pipeline.transforms
        if first and not any(isinstance(step, _AddToNumber) for step in steps):
            steps.insert(0, _AddToNumber(first))


def _firsts(dataset: Any) -> Iterator[tuple[Any, int]]:
    """The readers of a data set, each with the number of its first sample."""
    first = 0
    for reader in readers_of(dataset):
        yield reader, first
        first += len(reader)
