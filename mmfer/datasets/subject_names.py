"""Names of the subjects of joined data sets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import ConfigDict
from mmengine.registry import DefaultScope

from mmfer.datasets.face_dataset import FaceDataset
from mmfer.datasets.wrapped import readers_of
from mmfer.registry import DATASETS

SEPARATOR = '/'
SetKey = tuple[str, str]
"""The reader and the folder of a data set."""


def set_key(reader: Mapping[str, Any]) -> SetKey:
    """The reader and the folder of a data set in the config of its reader."""
    kind = reader['type']
    name = kind if isinstance(kind, str) else kind.__name__
    return name.rpartition('.')[2], str(Path(reader.get('data_root') or '').expanduser().resolve())


def set_names(keys: Sequence[SetKey]) -> dict[SetKey, str]:
    """The name of each data set: that of its reader, with a number from its second set on."""
    names: dict[SetKey, str] = {}
    for key in dict.fromkeys(keys):
        same = sum(other[0] == key[0] for other in names)
        names[key] = key[0] if not same else f'{key[0]}-{same + 1}'
    return names


def name_subjects(dataset: ConfigDict) -> None:
    """Name the subjects of joined data sets after their set in the config of a test, in place.

    Measures of whole persons must not take ``sub01`` of two data sets for one person. A single data
    set, and subjects that are named already, are not changed.
    """
    readers = readers_of(dataset)
    names = set_names([set_key(reader) for reader in readers])
    if len(names) == 1 or any(reader.get('subject_prefix') for reader in readers):
        return
    for reader in readers:
        if is_face_dataset(reader):
            reader.subject_prefix = f'{names[set_key(reader)]}{SEPARATOR}'
            if reader.get('subjects') is not None:
                reader.subjects = [f'{reader.subject_prefix}{name}' for name in reader.subjects]


def is_face_dataset(reader: Mapping[str, Any]) -> bool:
    """Whether the config of a reader has the options of :class:`mmfer.datasets.FaceDataset`."""
    kind = reader.get('type')
    with DefaultScope.overwrite_default_scope('mmfer'):
        found = kind if isinstance(kind, type) else DATASETS.get(str(kind))
    return isinstance(found, type) and issubclass(found, FaceDataset)
