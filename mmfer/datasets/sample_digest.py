"""A short record of the images and labels of a data set, which tells whether they changed."""

from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from mmfer.datasets.wrapped import readers_of


class SampleDigest(TypedDict):
    """A record of :func:`sample_digest`."""

    images: int
    paths: str
    labels: str


def sample_digest(dataset: Any) -> SampleDigest:
    """The number of the samples, and digests of their paths and of their labels.

    The order of the samples and the folder of the data set do not matter.

    Args:
        dataset: A reader, or a wrapper of readers, whose samples count once.
    """
    samples = sorted(
        _path_and_label(reader.get_data_info(i), _root(reader))
        for reader in readers_of(dataset)
        for i in range(len(reader))
    )
    paths, labels = sha256(), sha256()
    for path, label in samples:
        paths.update(f'{path}\n'.encode(errors='surrogateescape'))
        labels.update(f'{label}\n'.encode())
    return {'images': len(samples), 'paths': paths.hexdigest(), 'labels': labels.hexdigest()}


def _root(reader: Any) -> str:
    return str(getattr(reader, 'root', None) or getattr(reader, 'data_root', None) or '')


def _path_and_label(sample: dict[str, Any], root: str) -> tuple[str, str]:
    path = Path(str(sample.get('img_path')))
    inside = bool(root) and path.is_relative_to(root)
    label = np.asarray(sample.get('gt_label')).tolist()
    return (path.relative_to(root) if inside else path).as_posix(), str(label)
