"""A cache for slow transforms, in memory or on disk."""

import json
import random
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform, Compose

from mmfer.datasets.files.array_store import ArrayStore
from mmfer.files import file_state
from mmfer.registry import TRANSFORMS

GIVEN = ('face_box', 'landmarks', 'landmark_scores', 'landmarks5', 'onset_landmarks')
"""The fields of a sample, besides its files, that transforms read."""
READ = ('img_path', 'onset_path', 'between_paths')
"""The fields of a sample with the files that transforms read."""


def _draws() -> tuple[object, ...]:
    """What changes when a transform draws a random number."""
    state: Any = np.random.get_state()  # noqa: NPY002
    _, keys, *place = state
    return bytes(keys), *place, random.getstate(), bytes(torch.get_rng_state().numpy())


@TRANSFORMS.register_module()
class Cached(BaseTransform):
    """Run transforms once for each sample, and keep the results in memory or on disk.

    Use this transform at the start of a pipeline, for transforms without randomness. 10,000 images
    at 112 px take 380 MB. In memory, each worker of a data loader has its own results, so use
    ``num_workers=0``. With a ``folder``, the results are in one memory-mapped file that workers,
    ranks and later runs share (:class:`mmfer.datasets.files.array_store.ArrayStore`); a result is
    made again if the transforms, or the file or the packed file of an image, change.

    Args:
        transforms: The transforms.
        folder: The folder of the file; None for memory.

    Raises:
        ModuleNotFoundError: If a folder is given, and the package lmdb is missing.
        ValueError: If a transform draws random numbers from a global generator, as random
            augmentations do; every epoch would see its first draw.

    Example:
        >>> pipeline = [
        ...     dict(type='Cached', folder='data/cache/rafdb', transforms=[
        ...         dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=112)]),
        ...     dict(type='RandomFaceFlip', prob=0.5),
        ...     dict(type='PackExpression')]
    """

    def __init__(self, transforms: Sequence[dict[str, Any]], folder: str | None = None) -> None:
        self.transforms = Compose([TRANSFORMS.build(transform) for transform in transforms])
        self._made: dict[tuple[str, int], dict[str, Any]] = {}
        self._store = None if folder is None else ArrayStore(folder)
        self._recipe = repr([dict(transform) for transform in transforms])

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add the results of the transforms; later transforms do not change the cached arrays."""
        made = self._from_memory(results) if self._store is None else self._from_disk(results)
        return {**results, **made}

    def _from_memory(self, results: dict[str, Any]) -> dict[str, Any]:
        key = (results['img_path'], results.get('sample_idx', 0))
        if key not in self._made:
            self._made[key] = self._make(results)
        return {
            name: value.copy() if isinstance(value, np.ndarray) else value
            for name, value in self._made[key].items()
        }

    def _from_disk(self, results: dict[str, Any]) -> dict[str, Any]:
        assert self._store is not None
        key = self._key(results)
        made = self._store.get(key)
        if made is None:
            made = self._make(results)
            self._store.add(key, made)
        return made

    def _make(self, results: dict[str, Any]) -> dict[str, Any]:
        before, after = _draws(), dict(results)
        for transform in self.transforms.transforms:
            after = transform(after)
            if (now := _draws()) != before:
                name = type(transform).__name__
                raise ValueError(
                    f'{name} draws random numbers within Cached, so every epoch would see its '
                    f'first draw. Move {name} behind Cached.'
                )
            before = now
        return {name: value for name, value in after.items() if value is not results.get(name)}

    def _key(self, results: dict[str, Any]) -> bytes:
        """What a result depends on: the transforms, the image and the face in it."""
        paths = [np.atleast_1d(results.get(name, ())).tolist() for name in READ]
        files = [[[path, file_state(path)] for path in map(str, field)] for field in paths]
        place = [getattr(results.get('packed_image'), name, None) for name in ('offset', 'size')]
        given = [[name, np.asarray(results[name]).tolist()] for name in GIVEN if name in results]
        parts = [self._recipe, files, place, results.get('sample_idx', 0), given]
        return sha256(json.dumps(parts).encode()).digest()
