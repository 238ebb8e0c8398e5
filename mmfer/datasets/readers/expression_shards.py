"""Reader of faces in shards, for sets that outgrow folders."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.class_matching import class_index
from mmfer.datasets.files.tar_shards import REMEDY, ShardImage, read_shard
from mmfer.datasets.sample_check import SHAPES
from mmfer.registry import DATASETS

ARRAYS = (*SHAPES, 'distribution')
"""The fields of the JSON file that are arrays."""


@DATASETS.register_module()
class ExpressionShards(ExpressionDataset):
    """Faces in tar files, ``<split>-<number>.tar``, in the layout of the library webdataset.

    A sample is an image, such as ``0001.jpg``, with ``0001.cls`` (the name or the number of its
    class) or ``0001.json``: ``{"label": "happiness"}``, and if known ``subject``, ``group``,
    ``distribution``, ``face_box``, ``landmarks``, ``landmarks5``, as in :class:`FaceDataset`, and
    ``clean_label``; other entries are ignored. ``tools/pack_shards.py`` writes shards of any data
    set.

    Images are read from their place in the file, not in a stream, so that samples keep their
    numbers: samplers, the bank of RALD, weights of classes and resumed trainings work as with
    folders. An index next to each shard is written at the first use.

    Args:
        data_root: The folder with the shards.
        split: See :class:`ExpressionDataset`.
        classes: The names of the classes, in the order of their label indices.
        **options: The options of :class:`ExpressionDataset`.

    Raises:
        FileNotFoundError: If a part has no shard.
        ValueError: If a shard is damaged, compressed or missing between others, or a sample has no
            image, no label or two different ones.

    Example:
        >>> train = dict(type='ExpressionShards', data_root='data/big', split='train',
        ...              classes=['calm', 'crying', 'laughing'])
    """

    NAME = 'in shards'
    LAYOUTS: ClassVar[Sequence[str]] = ('{split}-<number>.tar',)
    ASK = 'write them with tools/pack_shards.py; see docs/datasets.md.'

    def __init__(
        self, data_root: str, split: str = 'train', *, classes: Sequence[str], **options: Any
    ) -> None:
        super().__init__(data_root, split, classes=classes, **options)

    def sidecar_samples(self, part: str) -> list[Sample]:
        """All images of a part."""
        return self.read_samples(part)

    def read_samples(self, part: str) -> list[Sample]:
        """Read the shards of a part."""
        shards = sorted(self.root.glob(f'{part}-*.tar'))
        if not shards:
            hint = ' (or set val_ratio to draw it from the training part)' if part == 'val' else ''
            raise self.missing(f'{part}-<number>.tar{hint}', part)
        _check_numbers(shards, part)
        return [sample for shard in shards for sample in self._shard(shard)]

    def _shard(self, path: Path) -> list[Sample]:
        samples = []
        for found in read_shard(path):
            where = f'{path}, sample "{found.key}"'
            sample: Sample = {
                'img_path': f'{path}/{found.key}{found.suffix}',
                'packed_image': ShardImage(str(path), found.offset, found.size),
                'gt_label': self._only_label(found.facts, where),
                'where': where,
            }
            for field in ARRAYS:
                if found.facts.get(field) is not None:
                    sample[field] = _array(found.facts[field], f'{where}: {field}')
            if found.facts.get('subject') is not None:
                sample['subject'] = str(found.facts['subject'])
            if found.facts.get('clean_label') is not None:
                sample['clean_label'] = self._label(found.facts['clean_label'], where)
            if group := found.facts.get('group'):
                if not isinstance(group, dict):
                    raise ValueError(f'{where}: group is no object of names. {REMEDY}')
                known = {name: value for name, value in group.items() if value is not None}
                sample['group'] = {name: str(value) for name, value in known.items()}
            samples.append(sample)
        return samples

    def _only_label(self, facts: Mapping[str, Any], where: str) -> int:
        """The class of the .cls file, of the JSON file, or of both."""
        labels = []
        if '.cls' in facts:
            labels.append(self._label(self._plain(facts['.cls'], where), where))
        if 'label' in facts:
            labels.append(self._label(facts['label'], where))
        if len(set(labels)) > 1:
            raise ValueError(
                f'{where}: the label is "{facts[".cls"][:20]}" in the .cls file and '
                f'"{str(facts["label"])[:20]}" in the JSON file. {REMEDY}'
            )
        return labels[0]

    def _plain(self, text: str, where: str) -> int | str:
        """The text of a .cls file as the name or the number of a class."""
        classes = self._metainfo['classes']
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            return text
        if text in classes and classes.index(text) != int(text):
            raise ValueError(
                f'{where}: "{text}" in the .cls file may be the name of a class, or its number, '
                f'counted from 0. Write {{"label": "{text}"}} to a .json file for the name.'
            )
        return int(text)

    def _label(self, label: Any, where: str) -> int:
        classes = self._metainfo['classes']
        if isinstance(label, str):
            return class_index(label, classes, where)
        if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < len(classes):
            raise ValueError(
                f'{where}: the label {str(label)[:20]} is neither the name of a class nor a number '
                f'from 0 to {len(classes) - 1}. {REMEDY}'
            )
        return label


def _check_numbers(shards: Sequence[Path], part: str) -> None:
    """Raise ValueError if a shard is missing between, or before, others."""
    found = [re.fullmatch(rf'{part}-(\d{{1,18}})\.tar', path.name) for path in shards]
    if not all(found):
        return
    numbers = {int(one[1]) for one in found if one}
    first = 0 if 0 in numbers else 1
    missing = min(set(range(first, first + len(numbers) + 1)) - numbers)
    if missing <= max(numbers):
        raise ValueError(
            f'"{shards[0].parent}" has {len(shards)} shards of the {part} part up to '
            f'{shards[-1].name}, but none with the number {missing}. Copy the missing shards, or '
            'number the others from 0 on.'
        )


def _array(values: Any, what: str) -> np.ndarray:
    try:
        array = np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        array = np.array(np.nan)
    if not np.isfinite(array).all():
        raise ValueError(f'{what} is no array of finite numbers. {REMEDY}')
    return array
