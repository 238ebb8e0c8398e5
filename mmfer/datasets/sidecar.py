"""Sidecars: COCO-style files with annotations of the images of a data set."""

from collections.abc import Sequence
from logging import WARNING
from pathlib import Path
from typing import Any
from unicodedata import normalize

from mmengine.logging import print_log

from mmfer.datasets.files.coco_files import parse_face, read_coco

FACE = 'face'
"""The category of detected faces without an expression."""
OWN = ('distribution', 'landmarks5')
"""Annotations of a data set that take precedence over those of the sidecar."""


def image_name(img_path: str, data_root: Path) -> str:
    """The name of an image in a sidecar: its path relative to the data root, with ``/``."""
    path = Path(img_path)
    return (path.relative_to(data_root) if path.is_relative_to(data_root) else path).as_posix()


class Sidecar:
    """A COCO-style JSON file with one face for each image of a data set.

    The ``file_name`` is the path relative to the data root, with ``/``; accents may be composed in
    one and not in the other, as in archives from macOS. Besides the fields of
    :func:`mmfer.datasets.files.coco_files.parse_face`, an annotation may have
    ``clean_category_id``, the true class of an image with planted label noise. The ``category_id``
    must be the class of the image, if the data set has one. A distribution and five points of the
    data set take precedence over the sidecar.

    Args:
        path: The file.
        data_root: The folder of the data set.
        classes: The classes of the data set, in order.
        same_classes: Whether an image must have the same class in the sidecar and the data set.
        left_out: Classes of the file that the data set leaves out. They are removed from
            distributions, and a clean class among them is ignored.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is faulty, as in :func:`mmfer.datasets.files.coco_files.read_coco`.
    """

    def __init__(
        self,
        path: Path,
        data_root: Path,
        classes: Sequence[str],
        same_classes: bool = True,
        left_out: Sequence[str] = (),
    ) -> None:
        self.same_classes, self.left_out = same_classes, tuple(left_out)
        self.path, self.data_root, self.classes = path, data_root, tuple(classes)
        self._coco = read_coco(path)
        self._ids = {image['file_name']: i for i, image in self._coco.imgs.items()}
        self._composed = {normalize('NFC', name): i for name, i in self._ids.items()}
        self.alignment: dict[str, Any] | None = self._coco.dataset.get('alignment')

    def complete(self, samples: list[dict[str, Any]]) -> None:
        """Add the annotations to the samples, in place.

        Raises:
            ValueError: If the file and the data set have different classes for an image.
        """
        unknown, several = [], []
        for sample in samples:
            name = image_name(sample['img_path'], self.data_root)
            number = self._ids.get(name, self._composed.get(normalize('NFC', name)))
            faces = [] if number is None else self._coco.imgToAnns[number]
            if not faces:
                unknown.append(name)
                continue
            if len(faces) > 1:
                several.append(name)
                faces = sorted(faces, key=_area, reverse=True)
            self._add(sample, faces[0], f'{self.path}, image {name}')
        for names, what in (
            (unknown, 'the sidecar has no face for them'),
            (several, 'the sidecar has several faces for them; the largest is used'),
        ):
            if names:
                print_log(
                    f'Sidecar {self.path}, {len(names)} of {len(samples)} images: {what}: '
                    f'{", ".join(names[:5])}{", ..." if len(names) > 5 else ""}',
                    logger='current',
                    level=WARNING,
                )

    def _add(self, sample: dict[str, Any], face: dict[str, Any], where: str) -> None:
        category = self._coco.cats[face['category_id']]['name']
        given = self.classes[sample['gt_label']] if 'gt_label' in sample else category
        if self.same_classes and category not in (given, FACE):
            raise ValueError(
                f'{where}: the class is "{category}" in the sidecar, but "{given}" in the data '
                'set. Write the sidecar again, or read with sidecar=False.'
            )
        own = {name: sample[name] for name in OWN if name in sample}
        sample.update(parse_face(self._of_classes(face), self.classes, where) | own)
        if 'clean_category_id' in face and 'gt_label' in sample:
            clean = self._coco.cats.get(face['clean_category_id'], {}).get('name')
            if clean in self.left_out:
                return
            if clean not in self.classes:
                raise ValueError(
                    f'{where}: clean_category_id {face["clean_category_id"]!r} is not a class of '
                    'the data set. Write the sidecar again, or read with sidecar=False.'
                )
            sample['clean_label'] = self.classes.index(clean)

    def _of_classes(self, face: dict[str, Any]) -> dict[str, Any]:
        """The annotation, with a distribution without the classes that are left out."""
        shares = face.get('distribution', {})
        if not set(shares) & set(self.left_out):
            return face
        kept = {name: share for name, share in shares.items() if name not in self.left_out}
        total = sum(kept.values())
        rest = {name: value for name, value in face.items() if name != 'distribution'}
        if total <= 0:
            return rest
        return rest | {'distribution': {name: share / total for name, share in kept.items()}}


def _area(face: dict[str, Any]) -> float:
    *_, width, height = face.get('bbox', (0, 0))
    return float(width * height)
