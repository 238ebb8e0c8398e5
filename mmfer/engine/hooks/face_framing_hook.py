"""Records in checkpoints how the faces of the training images are framed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from mmfer.datasets import load_sample
from mmfer.datasets.wrapped import readers_of
from mmfer.faces import MTCNN, ImageFaces
from mmfer.faces.detection.face_finder import detect_in_crop
from mmfer.faces.preparation.crop_measurement import MeasuredCrop, measure_crop
from mmfer.registry import HOOKS

RENDERING = 'rendering.json'
"""The file that marks a folder of renderings."""
SIDE = 160
"""The side in pixels to which images are resized before their faces are measured."""
FEWEST = 8
"""The smallest number of measured faces."""


@HOOKS.register_module()
class FaceFramingHook(Hook):
    """Record in every checkpoint what predictions on photographs need to know.

    That is whether all training images are renderings (``meta['rendered']``) and, with ``measure``,
    how the training images frame the faces (``dataset_meta['alignment']``), so that faces in
    photographs are cropped likewise. The framing is measured before the first step, by detecting
    the face in some images. It is not measured if the data set records it or the config has
    ``face_crop``.

    Args:
        measure: Number of training images to measure, evenly spaced; 0 measures none.

    Raises:
        ValueError: If ``measure`` is negative.

    Example:
        >>> default_hooks = dict(framing=dict(type='FaceFramingHook', measure=64))
    """

    def __init__(self, measure: int = 0) -> None:
        if measure < 0:
            raise ValueError(f'FaceFramingHook(measure={measure}): give 0 or more images.')
        self.measure = measure
        self.rendered = False
        self.crop: MeasuredCrop | None = None

    def before_train(self, runner: Runner) -> None:
        """Measure the training images on the first rank, which writes the checkpoints."""
        if not is_main_process():
            return
        dataset = runner.train_loop.dataloader.dataset
        roots = [Path(getattr(reader, 'data_root', None) or '') for reader in readers_of(dataset)]
        self.rendered = all((root / RENDERING).is_file() for root in roots)
        known = (getattr(dataset, 'metainfo', None) or {}).get('alignment')
        if self.measure and known is None and runner.cfg.get('face_crop') is None:
            size = runner.cfg.get('image_size')
            self._measure(dataset, size if isinstance(size, int) else SIDE)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Leave out what an earlier run measured: it is no difference of the data sets."""
        meta = checkpoint.get('meta') or {}
        if meta.get('measured_alignment') and meta.get('dataset_meta'):
            facts = {k: v for k, v in meta['dataset_meta'].items() if k != 'alignment'}
            meta['dataset_meta'] = facts

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Add the facts to the ``meta`` of the checkpoint."""
        meta = checkpoint.setdefault('meta', {})
        meta['rendered'] = self.rendered
        if self.crop is not None:
            facts = {**(meta.get('dataset_meta') or {}), 'alignment': self.crop.alignment.to_dict()}
            meta['dataset_meta'] = facts
            meta['measured_alignment'] = True

    def _measure(self, dataset: Any, image_size: int) -> None:
        infos = list(_spaced(dataset, self.measure))
        detector = MTCNN()
        images = []
        for info in infos:
            image = np.ascontiguousarray(load_sample(info)[..., ::-1])
            square = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            images.append(
                ImageFaces(
                    str(info['img_path']), SIDE, SIDE, tuple(detect_in_crop(detector, square)[:1])
                )
            )
        found = measure_crop(images)
        if found is None or found.faces < min(FEWEST, len(infos)):
            print_log(
                f'The faces in {len(infos)} training images are not found, or are framed in '
                'different ways, so the checkpoint does not say how to crop faces from '
                "photographs. Predict with --no-detect, or add face_crop = dict(type='box', ...) "
                'to the config.',
                logger='current',
                level=30,
            )
            return
        self.crop = found.resized(image_size)
        print_log(
            f'The training images frame faces as face_crop = {self.crop.alignment.to_dict()} does '
            f'(median of {found.faces} images); checkpoints record this.',
            logger='current',
        )


def _spaced(dataset: Any, count: int) -> Iterator[dict[str, Any]]:
    """At most ``count`` samples, evenly spaced over the data set."""
    length = len(dataset)
    for index in np.unique(np.linspace(0, length - 1, min(count, length)).round().astype(int)):
        yield dataset.get_data_info(int(index))
