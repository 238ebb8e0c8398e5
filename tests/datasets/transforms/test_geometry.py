from typing import Any

import cv2
import numpy as np
import pytest

from mmfer.datasets import CropFace, RandomFaceAffine, RandomFaceFlip, ResizeFace
from mmfer.datasets.transforms.geometry import FLIPPED_5, FLIPPED_68

WIDTH, HEIGHT = 60, 50


def marked(points: np.ndarray, box: tuple[float, ...] = (10, 5, 50, 45)) -> dict[str, Any]:
    """A black image with a soft white dot at each point (x, y)."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    image = np.zeros((HEIGHT, WIDTH))
    for point in points:
        image += np.exp(-((x - point[0]) ** 2 + (y - point[1]) ** 2) / 4)
    pixels = np.repeat((255 * image.clip(0, 1)).astype(np.uint8)[..., None], 3, axis=2)
    landmarks = np.zeros((68, 2), np.float32)
    landmarks[: len(points)] = points
    return {
        'img': pixels,
        'img_path': 'a.png',
        'img_shape': (HEIGHT, WIDTH),
        'landmarks': landmarks,
        'landmark_scores': np.arange(68, dtype=np.float32),
        'face_box': np.array(box, np.float32),
    }


def centre(image: np.ndarray) -> np.ndarray:
    """The position of the only dot of an image, by its moments."""
    moments = cv2.moments(image[..., 0].astype(np.float32))
    return np.array([moments['m10'], moments['m01']]) / moments['m00']


@pytest.mark.parametrize('size', [25, 50, 100])
def test_resizing_moves_points_with_the_image(size: int) -> None:
    results = ResizeFace(size)(marked(np.array([[20.0, 30.0]])))
    assert results['img'].shape == (size, size, 3)
    assert results['img_shape'] == (size, size)
    np.testing.assert_allclose(results['landmarks'][0], centre(results['img']), atol=0.1)
    scale = np.array([size / WIDTH, size / HEIGHT] * 2)
    np.testing.assert_allclose(
        results['face_box'], np.array([10, 5, 50, 45]) * scale + (scale - 1) / 2, atol=1e-4
    )


def test_flipping_moves_points_and_renumbers_them() -> None:
    before = marked(np.array([[20.0, 30.0]]))
    results = RandomFaceFlip(1.0)(before)
    np.testing.assert_allclose(results['landmarks'][16], centre(results['img']), atol=0.1)
    assert results['landmark_scores'][16] == 0
    assert results['face_box'].tolist() == [9, 5, 49, 45]
    assert (results['flip'], results['flip_direction']) == (True, 'horizontal')
    again = RandomFaceFlip(1.0)(results)
    for name in ('img', 'landmarks', 'landmark_scores', 'face_box'):
        assert np.array_equal(again[name], before[name]), name


def test_the_probability_of_a_flip_is_kept() -> None:
    before = marked(np.array([[20.0, 30.0]]))
    assert RandomFaceFlip(0.0)(before)['flip'] is False
    np.random.seed(0)  # noqa: NPY002
    count = sum(RandomFaceFlip(0.3)({'img': before['img']})['flip'] for _ in range(500))
    assert 120 < count < 180


def test_mirror_points_are_opposite_in_a_symmetric_face() -> None:
    # iBUG 300-W: left and right ends of jaw, brows, nose, eyes, lips.
    for left, right in ((0, 16), (17, 26), (21, 22), (31, 35), (36, 45), (39, 42), (41, 46)):
        assert FLIPPED_68[left] == right
    for left, right in ((40, 47), (48, 54), (49, 53), (59, 55), (60, 64), (61, 63), (67, 65)):
        assert FLIPPED_68[left] == right
    for middle in (8, 27, 30, 33, 51, 57, 62, 66):
        assert FLIPPED_68[middle] == middle
    for order in (FLIPPED_68, FLIPPED_5):
        assert np.array_equal(order[order], np.arange(len(order)))


def test_a_warp_moves_points_with_the_image() -> None:
    np.random.seed(3)  # noqa: NPY002
    warp = RandomFaceAffine(rotate=20, scale=(0.8, 1.2), shift=0.05)
    places = []
    for _ in range(5):
        results = warp(marked(np.array([[26.0, 22.0]])))
        np.testing.assert_allclose(results['landmarks'][0], centre(results['img']), atol=0.3)
        places.append(tuple(results['landmarks'][0]))
        x1, y1, x2, y2 = results['face_box']
        assert x1 < results['landmarks'][0][0] < x2
        assert y1 < results['landmarks'][0][1] < y2
    assert len(set(places)) == 5


def test_a_warp_without_range_changes_nothing() -> None:
    before = marked(np.array([[26.0, 22.0]]))
    results = RandomFaceAffine(rotate=0, scale=(1, 1), shift=0)(before)
    assert np.array_equal(results['img'], before['img'])
    np.testing.assert_allclose(results['landmarks'], before['landmarks'], atol=1e-5)


def test_a_crop_is_the_square_around_the_box() -> None:
    results = CropFace(margin=0.25)(marked(np.array([[20.0, 30.0]]), (10, 20, 30, 40)))
    assert results['img'].shape == (30, 30, 3)
    np.testing.assert_allclose(results['landmarks'][0], centre(results['img']), atol=0.1)
    assert results['face_box'].tolist() == [5, 5, 25, 25]


def test_a_crop_beyond_the_edge_repeats_it() -> None:
    before = marked(np.array([[20.0, 30.0]]), (-10, 0, 20, 30))
    before['img'][:, 0] = 99
    results = CropFace(margin=0)(before)
    assert results['img'].shape == (30, 30, 3)
    assert np.all(results['img'][:, :10] == 99)
    np.testing.assert_allclose(results['landmarks'][0], [30, 30])


@pytest.mark.parametrize('right', [500.0, 1e6, 1e38, float('inf')])
def test_a_box_much_larger_than_the_image_is_refused(right: float) -> None:
    with pytest.raises(ValueError, match=r'face_box of "b\.png" is .* has 60 x 50 pixels'):
        CropFace()({**marked(np.zeros((1, 2)), (0, 0, right, 9)), 'img_path': 'b.png'})


def test_a_crop_needs_a_box_and_sizes_must_fit() -> None:
    with pytest.raises(ValueError, match='"b.png" has no face_box'):
        CropFace()({'img': np.zeros((4, 4, 3), np.uint8), 'img_path': 'b.png'})
    face = {'img': np.zeros((4, 4, 3), np.uint8), 'img_path': 'b.png'}
    assert CropFace(optional=True)(face) is face
    with pytest.raises(ValueError, match='at least 1 pixel'):
        ResizeFace(0)
    with pytest.raises(ValueError, match='from 0 to 1'):
        RandomFaceFlip(1.5)


def test_the_input_sample_is_not_changed() -> None:
    before = marked(np.array([[20.0, 30.0]]))
    kept = {k: v.copy() for k, v in before.items() if isinstance(v, np.ndarray)}
    for transform in (CropFace(), ResizeFace(20), RandomFaceFlip(1.0), RandomFaceAffine()):
        transform(before)
    for name, value in kept.items():
        assert np.array_equal(before[name], value), name
