"""The parts of a data set, read so that no fault hides another."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.datasets.face_dataset import FaceDataset
from mmfer.datasets.official_counts import CountCheck, recorded_counts
from mmfer.datasets.subject_names import is_face_dataset
from mmfer.datasets.wrapped import each_sample_once, readers_of
from mmfer.registry import DATASETS, register_all_modules

SPLITS = ('train', 'val', 'test')


@dataclass(frozen=True)
class Part:
    """A part of a data set.

    Args:
        split: ``'train'``, ``'val'`` or ``'test'``, the loader that reads the part.
        sources: Reader, folder and split of each reader, for people.
        samples: The samples whose images exist and look complete.
        meta: The ``metainfo``, with the classes.
        broken: The reason of each missing or broken image, by its path.
        counts: The comparisons with the official release.
        roots: The folder of the data set of each sample.
        error: Why the part cannot be read; empty if it can.
    """

    split: str
    sources: list[str]
    samples: list[dict[str, Any]] = field(default_factory=list)
    meta: Mapping[str, Any] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    counts: list[CountCheck] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    error: str = ''

    @property
    def classes(self) -> list[str]:
        """The names of the classes, in order."""
        return [str(name) for name in self.meta.get('classes') or ()]

    @property
    def persons(self) -> set[tuple[str, str]]:
        """The name of each person, with the folder of the data set that has this name."""
        return {
            (str(sample['subject']), root)
            for sample, root in zip(self.samples, self.roots, strict=True)
            if sample.get('subject') is not None
        }

    def label(self, sample: Mapping[str, Any]) -> str | None:
        """The name of the class of a sample; None for attributes."""
        number = sample.get('gt_label')
        if number is None or hasattr(number, '__len__'):
            return None
        names = self.classes
        return names[int(number)] if int(number) < len(names) else str(number)


def read_parts(config: Config) -> list[Part]:
    """Read all parts that a config names, without their pipelines.

    Missing and broken images are collected instead of stopping at the first one.

    Raises:
        ValueError: If the config has no data set.
    """
    register_all_modules()
    loaders = {split: config.get(f'{split}_dataloader') for split in SPLITS}
    found = {split: loader['dataset'] for split, loader in loaders.items() if loader}
    if not found:
        raise ValueError(
            'The config has no train_dataloader, val_dataloader or test_dataloader. Give a config '
            'with a data set.'
        )
    return [_read(split, dataset) for split, dataset in found.items()]


def _read(split: str, dataset: Any) -> Part:
    dataset = deepcopy(dataset)
    readers = readers_of(dataset)
    sources = [
        f'{reader.get("type")} at {reader.get("data_root", "?")}, split {reader.get("split", "?")}'
        for reader in readers
    ]
    with TemporaryDirectory() as folder:
        for reader in readers:
            reader['pipeline'] = []
            if is_face_dataset(reader):
                report = str(Path(folder) / 'broken.txt')
                # Not a test set, which would decode all images: they are decoded later, once.
                reader.update(broken='skip', broken_report=report, test_mode=False)
        try:
            with recorded_counts() as counts, DefaultScope.overwrite_default_scope('mmfer'):
                built = each_sample_once(DATASETS.build(dataset))
            samples = [built.get_data_info(index) for index in range(len(built))]
        except (OSError, ValueError, KeyError) as error:
            return Part(split, sources, error=str(error))
    broken: dict[str, str] = {}
    roots: list[str] = []
    for reader in readers_of(built):
        root = Path(getattr(reader, 'data_root', None) or '.').expanduser().resolve()
        roots += [str(root)] * len(reader)
        if isinstance(reader, FaceDataset):
            broken |= reader.broken_images.reasons
    return Part(split, sources, samples, built.metainfo, broken, counts, roots)
