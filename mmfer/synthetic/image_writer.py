"""Renders one image at a time and writes its files."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mmfer.synthetic.layouts.base import Layout, write_atomically
from mmfer.synthetic.people import group_of
from mmfer.synthetic.plan import Sample, image_generator, person_of
from mmfer.synthetic.presets import Options
from mmfer.synthetic.renderer import Renderer
from mmfer.synthetic.sampling import sample_shot
from mmfer.synthetic.truth import Truth, annotation

FILE_QUALITY = 95
"""JPEG quality of the files; the compression that a scene asks for comes before."""


def encode_jpeg(image: np.ndarray, quality: int = FILE_QUALITY) -> bytes:
    """A JPEG file of an (H, W, 3) RGB picture."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, encoded = cv2.imencode('.jpg', cv2.cvtColor(image, cv2.COLOR_RGB2BGR), settings)
    if not done:
        raise RuntimeError(f'OpenCV could not encode a picture of shape {image.shape} as JPEG.')
    return encoded.tobytes()


class ImageWriter:
    """Writes the images of one rendered data set, in any order.

    Args:
        layout: Where the files go.
        options: What is rendered.
        root: The data set's folder.
    """

    def __init__(self, layout: Layout, options: Options, root: Path) -> None:
        self.layout, self.options, self.root = layout, options, root
        self.renderer = Renderer()
        self._person = lru_cache(maxsize=4)(person_of)

    def paths(self, sample: Sample) -> list[Path]:
        """All files of an image; the image itself comes last."""
        companions = self.layout.companion_paths(sample.split, sample.index)
        image = self.layout.image_path(sample.split, sample.index, sample.label)
        return [self.root / path for path in (*companions, image)]

    def __call__(self, sample: Sample) -> Truth:
        """Render an image, write its files and return its annotation.

        Raises:
            RuntimeError: If that fails; the message names the image.
        """
        path = self.layout.image_path(sample.split, sample.index, sample.label)
        try:
            return self._write(sample, path)
        except Exception as error:
            raise RuntimeError(
                f'Rendering "{self.root / path}" failed with {type(error).__name__}: {error}. '
                'What is finished stays: the same command goes on from here.'
            ) from error

    def _write(self, sample: Sample, path: str) -> Truth:
        person = self._person(self.options.seed, sample.identity)
        rng = image_generator(self.options.seed, sample)
        shot = sample_shot(self.layout, sample.clean_label, self.options.conditions, rng)
        rendering = self.renderer.render(person, shot.scene, self.options.size)
        jpeg = encode_jpeg(rendering.image)
        companions = self.layout.companions(
            sample.split,
            sample.index,
            jpeg,
            rendering.landmarks,
            rendering.face_box,
            group_of(person),
        )
        for name, content in {**companions, path: jpeg}.items():
            write_atomically(self.root / name, content)
        return annotation(sample, person, shot, rendering)
