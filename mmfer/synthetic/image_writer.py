"""Renders one image at a time and writes its files."""

from functools import lru_cache
from pathlib import Path

from mmfer.files import write_atomically
from mmfer.synthetic.layouts.layout import ImageLayout, Truth
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.people.random_people import group_of
from mmfer.synthetic.plan import Sample, image_generator, person_of
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.sampling import sample_shot
from mmfer.synthetic.truth import annotation


class ImageWriter:
    """Writes the images of one rendered data set, in any order.

    Args:
        layout: The files of the data set.
        options: The options of the data set: number, size and conditions of its images.
        root: The data set's folder.
    """

    def __init__(self, layout: ImageLayout, options: Options, root: Path) -> None:
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
            RuntimeError: If the image cannot be rendered or written; the message names the image.
        """
        path = self.layout.image_path(sample.split, sample.index, sample.label)
        try:
            return self._write(sample, path)
        except Exception as error:
            raise RuntimeError(
                f'Rendering "{self.root / path}" failed with {type(error).__name__}: {error}. '
                'Finished images are kept: run the same command again to continue.'
            ) from error

    def _write(self, sample: Sample, path: str) -> Truth:
        options = self.options
        person = self._person(self.layout, options.seed, sample.identity, options.conditions.marked)
        rng = image_generator(self.options.seed, sample)
        shot = sample_shot(self.layout, sample.clean_label, self.options.conditions, rng)
        rendering = self.renderer.render(person, shot.scene, self.options.size)
        encoded = self.layout.encode(rendering.image)
        companions = self.layout.companions(
            sample.split,
            sample.index,
            encoded,
            rendering.landmarks,
            rendering.face_box,
            group_of(person),
        )
        for name, content in {**companions, path: encoded}.items():
            write_atomically(self.root / name, content)
        truth = annotation(sample, person, shot, rendering)
        return self.layout.completed(truth, person, shot.scene)
