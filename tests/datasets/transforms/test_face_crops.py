"""Crops move the image, its landmarks and its box together."""

from typing import Any

import numpy as np
import pytest

from mmfer.datasets.transforms import FaceCrop, RandomFaceCrop
from mmfer.datasets.transforms.face_crops import PLACES

HEIGHT, WIDTH = 40, 30


def sample() -> dict[str, Any]:
    """An image whose pixel at (x, y) holds x and y, with landmarks on pixels."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.integers(10, 20, 68), rng.integers(16, 24, 68)])
    return {
        'img': np.stack([x, y, 0 * x], axis=2).astype(np.uint8),
        'img_path': 'a.png',
        'img_shape': (HEIGHT, WIDTH),
        'landmarks': points.astype(np.float32),
        'face_box': np.array([5, 6, 25, 36], np.float32),
    }


def check(results: dict[str, Any], left: int, top: int, size: int) -> None:
    before = sample()
    assert results['img'].shape == (size, size, 3) and results['img_shape'] == (size, size)
    assert tuple(results['img'][0, 0, :2]) == (left, top)
    x, y = results['landmarks'].astype(int).T
    np.testing.assert_array_equal(results['img'][y, x, :2], before['landmarks'])
    shift = np.array([left, top])
    np.testing.assert_array_equal(results['face_box'].reshape(2, 2) + shift, [[5, 6], [25, 36]])


@pytest.mark.parametrize(
    ('place', 'left', 'top'),
    [
        ('center', 3, 8),
        ('top_left', 0, 0),
        ('top_right', 6, 0),
        ('bottom_left', 0, 16),
        ('bottom_right', 6, 16),
    ],
)
def test_five_crops_are_at_the_corners_and_the_center(place: str, left: int, top: int) -> None:
    check(FaceCrop(24, place)(sample()), left, top, 24)
    assert len(PLACES) == 5


def test_random_crops_reach_every_corner() -> None:
    np.random.seed(0)  # noqa: NPY002
    crop = RandomFaceCrop(28)
    found = set()
    for _ in range(300):
        results = crop(sample())
        left, top = map(int, results['img'][0, 0, :2])
        check(results, left, top, 28)
        found.add((left, top))
    assert found == {(x, y) for x in range(3) for y in range(13)}


@pytest.mark.parametrize('crop', [FaceCrop, RandomFaceCrop])
def test_a_crop_may_be_the_whole_image_but_not_larger(crop: type) -> None:
    square = {**sample(), 'img': sample()['img'][:30]}
    np.testing.assert_array_equal(crop(30)(dict(square))['img'], square['img'])
    with pytest.raises(ValueError, match=r'"a\.png" has 40 x 30 pixels, less than the crop of 31'):
        crop(31)(sample())


def test_bad_options() -> None:
    with pytest.raises(ValueError, match="place='middle' must be one of center, top_left"):
        FaceCrop(8, 'middle')
    for crop in (FaceCrop, RandomFaceCrop):
        with pytest.raises(ValueError, match='at least 1 pixel'):
            crop(0)
