"""A file with the network of a detector or a landmarker."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.runtime.onnx_network import (
    EXPORT_AGAIN,
    OnnxNetwork,
    checked_metadata,
    read_content,
)

DETECTOR, LANDMARKER = 'detector', 'landmarker'
"""The kinds of files, as in ``mmfer export detector``."""
DEFAULTS = {DETECTOR: 'mtcnn', LANDMARKER: 'mmfer'}
"""The network of each kind, unless another is chosen."""
FORMAT = 1
"""The number of the form of these files."""
LARGEST = 1e6
"""Bound of the outputs, which are probabilities and places in sides of a window, crop or image."""

Shape = tuple[int, ...]


def network_name(path: str | Path, kind: str) -> str:
    """The name of the network in a file that ``mmfer export`` wrote, such as ``'mtcnn'``.

    A file without a name, of an earlier version, has the default of its kind.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is damaged, not safe, or of another kind.
    """
    return _name(checked_metadata(read_content(path), str(path)), kind, str(path))


def _name(metadata: Mapping[str, str], kind: str, where: str) -> str:
    found = [_json(metadata.get(name, 'null')) for name in ('kind', 'format')]
    if found != [kind, FORMAT]:
        raise ValueError(
            f'"{where}" is no {kind} that this version of mmfer reads. Write one with "mmfer '
            f'export {kind} --out {kind}.onnx".'
        )
    if 'network' not in metadata:
        return DEFAULTS[kind]
    return str(_json(metadata['network'])).encode('ascii', 'replace').decode()[:40]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class FaceNetwork(OnnxNetwork):
    """The network of a detector or a landmarker, whose file is checked as it is read and used.

    Args:
        path: A file of ``mmfer export detector`` or ``mmfer export landmarker``.
        kind: ``'detector'`` or ``'landmarker'``.
        name: The name of the network, such as ``'mtcnn'``.
        names: The names of the inputs, then of the outputs.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is damaged, not safe, or has another network.

    Example:
        >>> names = ['images', 'points', 'scores']
        >>> network = FaceNetwork('landmarker.onnx', 'landmarker', 'mmfer', names)
    """

    def __init__(
        self, path: str | Path, kind: str, name: str, names: list[str], threads: int = 0
    ) -> None:
        super().__init__(read_content(path), str(path), threads)
        found = _name(self.metadata, kind, self.where)
        if found != name:
            raise ValueError(
                f'"{path}" has the {kind} {found}, not {name}. Write one with "mmfer export {kind} '
                f'--network {name} --out {name}.onnx".'
            )
        if self.names != names:
            raise ValueError(
                f'"{path}" has other inputs or outputs than the {kind} {name}. {EXPORT_AGAIN}'
            )

    def outputs(self, shapes: Mapping[str, Shape], **inputs: np.ndarray) -> list[np.ndarray]:
        """The outputs of these names and shapes.

        Args:
            shapes: The shape of each output.
            inputs: Images (N, H, W, 3) uint8 by the name of the input.

        Raises:
            ValueError: If an output has another shape, or values that no detector gives.
        """
        pixels = {name: as_input(images) for name, images in inputs.items()}
        found = self.run(list(shapes), **pixels)
        for (name, shape), value in zip(shapes.items(), found, strict=True):
            if value.shape != shape:
                raise ValueError(
                    f'"{self.where}" gives "{name}" the shape {value.shape}, not {shape}. '
                    f'{EXPORT_AGAIN}'
                )
            if value.dtype != np.float32 or not (np.abs(value) <= LARGEST).all():
                raise ValueError(
                    f'"{self.where}" gives "{name}" values that are not floats of 32 bits from '
                    f'{-LARGEST:,.0f} to {LARGEST:,.0f}. {EXPORT_AGAIN}'
                )
        return found


def as_input(images: np.ndarray) -> np.ndarray:
    """Images (N, H, W, 3) uint8 as (N, 3, H, W) float32."""
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2), dtype=np.float32)
