import numpy as np
import pytest

from mmfer.faces import BoxAlignment, Face, ImageFaces
from mmfer.faces.preparation.crop_measurement import measure_crop

SIZE = 100


def framed_faces(alignment: BoxAlignment, spread: float = 0.0, count: int = 21):
    """Crops by the alignment, for boxes of different shapes."""
    rng = np.random.default_rng(0)
    result = []
    for i in range(count):
        side = SIZE / (alignment.scale * (1 + spread * rng.uniform(-1, 1)))
        center = SIZE / 2 - side * np.array(alignment.shift)
        half = side / 2 * np.array([0.9, 1 / 0.9])
        face = Face(np.concatenate([center - half, center + half]), 0.9)
        result.append(ImageFaces(f'{i}.jpg', SIZE, SIZE, (face,)))
    return result


def test_the_crop_is_recovered():
    alignment = BoxAlignment(SIZE, 1.3, (0.02, -0.05))
    crop = measure_crop([*framed_faces(alignment), ImageFaces('none.jpg', SIZE, SIZE)])
    assert (crop.alignment, crop.spread, crop.faces) == (alignment, 0, 21)
    face = framed_faces(alignment, count=1)[0].faces[0]
    np.testing.assert_allclose(crop.alignment.matrix(face), [[1, 0, 0], [0, 1, 0]], atol=1e-9)


def test_crops_that_differ_a_little():
    crop = measure_crop(framed_faces(BoxAlignment(SIZE, 1.3), 0.1))
    assert crop.alignment.scale == pytest.approx(1.3, abs=0.08)
    assert crop.spread > 0.05


def test_images_without_a_common_crop_give_none():
    good = framed_faces(BoxAlignment(SIZE, 1.3))
    assert measure_crop(framed_faces(BoxAlignment(SIZE, 2.0), 0.8)) is None
    assert measure_crop([*good, ImageFaces('wide.jpg', 2 * SIZE, SIZE, good[0].faces)]) is None
    assert measure_crop([ImageFaces('wide.jpg', 2 * SIZE, SIZE, good[0].faces)]) is None
    assert measure_crop([]) is None


def test_only_detected_faces_are_used():
    whole = Face(np.array([0.0, 0, SIZE, SIZE]))
    assert measure_crop([ImageFaces('a.jpg', SIZE, SIZE, (whole,))]) is None
    good = framed_faces(BoxAlignment(SIZE, 1.3))
    assert measure_crop([*good, ImageFaces('a.jpg', SIZE, SIZE, (whole,))]).faces == len(good)
