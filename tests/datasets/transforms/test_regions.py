"""Regions and masks follow the landmarks through every augmentation."""

from typing import Any

import numpy as np
import pytest
from mmcv.transforms import Compose

from mmfer.datasets.transforms import (
    CropRegions,
    FaceCrop,
    LandmarkMask,
    PackExpression,
    RandomFaceAffine,
    RandomFaceCrop,
    RandomFaceFlip,
    ResizeFace,
)
from mmfer.datasets.transforms.geometry import FLIPPED_68
from mmfer.datasets.transforms.regions import crop_box
from mmfer.faces.landmark_mask import ATTENDED, BROWS, EYES, MOUTH

SIZE = 84


def face(size: int = SIZE) -> dict[str, Any]:
    """A smooth image, with brows and eyes in its upper and a mouth in its lower part."""
    y, x = np.mgrid[:size, :size].astype(np.float64)
    image = np.stack([255 * x / size, 255 * y / size, 128 + 100 * np.sin(x / 9)], axis=2)
    rng = np.random.default_rng(0)
    points = rng.uniform(0.3, 0.7, (68, 2))
    points[list(BROWS)] = rng.uniform((0.2, 0.2), (0.8, 0.3), (len(BROWS), 2))
    points[list(EYES)] = rng.uniform((0.2, 0.35), (0.8, 0.45), (len(EYES), 2))
    points[list(MOUTH)] = rng.uniform((0.35, 0.7), (0.65, 0.85), (len(MOUTH), 2))
    return {
        'img': image.astype(np.uint8),
        'img_path': 'a.png',
        'img_shape': (size, size),
        'landmarks': (points * size).astype(np.float32),
        'landmark_scores': rng.uniform(0, 1, 68).astype(np.float32),
    }


def cells(points: np.ndarray, scores: np.ndarray, size: int, grid: int = 7) -> np.ndarray:
    """The mask of points (x, y), computed point by point."""
    mask = np.zeros((1, grid, grid), np.float32)
    for number in ATTENDED:
        x, y = points[number] + 0.5
        if scores[number] >= 0.5 and 0 <= x < size and 0 <= y < size:
            mask[0, int(y * grid / size), int(x * grid / size)] = 1
    return mask


def test_the_mask_of_an_unchanged_image() -> None:
    results = LandmarkMask()(face())
    expected = cells(face()['landmarks'], face()['landmark_scores'], SIZE)
    np.testing.assert_array_equal(results['landmark_mask'], expected)
    assert results['landmark_mask'].dtype == np.float32 and 2 < expected.sum() < 20


def test_the_mask_follows_a_flip() -> None:
    results = Compose([RandomFaceFlip(1.0), LandmarkMask()])(face())
    points = face()['landmarks'] * (-1, 1) + (SIZE - 1, 0)
    expected = cells(points[FLIPPED_68], face()['landmark_scores'][FLIPPED_68], SIZE)
    np.testing.assert_array_equal(results['landmark_mask'], expected)
    np.testing.assert_array_equal(
        results['landmark_mask'], LandmarkMask()(face())['landmark_mask'][..., ::-1]
    )


@pytest.mark.parametrize(
    ('place', 'left', 'top'), [('center', 12, 12), ('top_left', 0, 0), ('bottom_right', 24, 24)]
)
def test_the_mask_follows_a_crop(place: str, left: int, top: int) -> None:
    results = Compose([FaceCrop(60, place), LandmarkMask()])(face())
    points = face()['landmarks'] - (left, top)
    expected = cells(points, face()['landmark_scores'], 60)
    np.testing.assert_array_equal(results['landmark_mask'], expected)


def test_the_mask_follows_random_transforms() -> None:
    """The image gives the points: its first channels encode the original position of a pixel."""
    np.random.seed(1)  # noqa: NPY002
    steps = Compose(
        [RandomFaceCrop(72), RandomFaceFlip(0.5), RandomFaceAffine(rotate=15), LandmarkMask()]
    )
    seen = set()
    for _ in range(20):
        before = face()
        y, x = np.mgrid[:SIZE, :SIZE]
        before['img'] = np.stack([x, y, 0 * x], axis=2).astype(np.uint8)
        results = steps(before)
        inner = results['img'][10:-10, 10:-10].astype(np.float64)
        rows, columns = np.mgrid[10:62, 10:62]
        design = np.column_stack([inner[..., 0].ravel(), inner[..., 1].ravel(), np.ones(52 * 52)])
        target = np.column_stack([columns.ravel(), rows.ravel()])
        matrix = np.linalg.lstsq(design, target, rcond=None)[0]  # old to new pixels
        points = np.column_stack([face()['landmarks'], np.ones(68)]) @ matrix
        scores = face()['landmark_scores']
        if results['flip']:
            points, scores = points[FLIPPED_68], scores[FLIPPED_68]
        assert np.abs(points - results['landmarks']).max() < 0.2
        expected = cells(points, scores, 72)
        # A point on the border of two cells may fall on either side.
        assert np.abs(results['landmark_mask'] - expected).sum() <= 2
        seen.add(results['flip'])
    assert seen == {True, False}


def test_mask_of_other_grids_thresholds_and_points() -> None:
    one = face()
    lower = LandmarkMask(grid=(1, 2), threshold=0.9, ids=MOUTH)(one)['landmark_mask']
    kept = one['landmarks'][[i for i in MOUTH if one['landmark_scores'][i] >= 0.9], 0]
    assert lower.shape == (1, 1, 2)
    np.testing.assert_array_equal(lower[0, 0], [(kept < 41.5).any(), (kept >= 41.5).any()])


def test_all_landmarks_below_the_threshold() -> None:
    results = {**face(), 'landmark_scores': np.full(68, 0.49, np.float32)}
    results = Compose([LandmarkMask(), CropRegions(20)])(results)
    assert not results['landmark_mask'].any()
    assert results['region_valid'].tolist() == [False, False]
    assert results['img'][:20].any() and not results['img'][20:].any()


def test_landmarks_without_scores_count_as_visible() -> None:
    results = face()
    del results['landmark_scores']
    results = Compose([LandmarkMask(), CropRegions(20)])(results)
    expected = cells(face()['landmarks'], np.ones(68), SIZE)
    np.testing.assert_array_equal(results['landmark_mask'], expected)
    assert results['region_valid'].tolist() == [True, True]


def test_strip_of_face_eyes_and_mouth() -> None:
    results = CropRegions(28, threshold=0.0, margin=0.0)(face())
    assert results['img'].shape == (84, 28, 3) and results['img'].dtype == np.uint8
    assert results['img_shape'] == (84, 28) and results['region_valid'].dtype == bool
    views = results['img'].reshape(3, 28, 28, 3).astype(np.float64)
    boxes = [(-0.5, -0.5, 83.5, 83.5)]
    for ids in (BROWS + EYES, MOUTH):
        points = face()['landmarks'][list(ids)]
        boxes.append((*points.min(0), *points.max(0)))
    for view, (x1, y1, x2, y2) in zip(views, boxes, strict=True):
        # Blue tells x and green y of a pixel's centre.
        centres = (np.arange(28) + 0.5) / 28
        x, y = x1 + (x2 - x1) * centres, y1 + (y2 - y1) * centres
        assert np.abs(view[..., 0] - 255 * x / SIZE)[:, 1:-1].max() < 2
        assert np.abs(view[..., 1] - (255 * y / SIZE)[:, None])[1:-1].max() < 2


def test_landmarks_are_in_pixels_of_the_face_afterwards() -> None:
    results = CropRegions(28)(face())
    expected = (face()['landmarks'] + 0.5) / 3 - 0.5
    np.testing.assert_allclose(results['landmarks'], expected, atol=1e-4)


def test_half_a_face_at_the_border() -> None:
    results = face()
    results['landmark_scores'][:] = 1
    results['landmarks'] += (-0.5 * SIZE, 0)
    strip = CropRegions(21, margin=0.0)(results)
    assert strip['region_valid'].all()
    eyes = results['landmarks'][list(BROWS + EYES)]
    centre = -0.5 + (eyes[:, 0].max() + 0.5) / 2  # of what the image has of them
    assert abs(strip['img'][31, 10, 0] - 255 * centre / SIZE) < 3
    results['landmarks'] += (-0.5 * SIZE, 0)
    gone = CropRegions(21)(results)
    assert not gone['region_valid'].any() and not gone['img'][21:].any()


def test_mouth_of_zero_area() -> None:
    results = face()
    results['landmark_scores'][:] = 1
    results['landmarks'][list(MOUTH)] = (40, 60)
    strip = CropRegions(21)(results)
    assert strip['region_valid'].tolist() == [True, False]
    assert strip['img'][21:42].any() and not strip['img'][42:].any()


def test_landmarks_of_nan_count_as_hidden() -> None:
    results = face()
    results['landmark_scores'][:] = 1
    results['landmarks'][list(EYES + BROWS)] = np.nan
    strip = Compose([LandmarkMask(), CropRegions(21)])(results)
    assert strip['region_valid'].tolist() == [False, True]
    assert not strip['landmark_mask'][0, :4].any()


def test_shrinking_averages_areas() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    found = crop_box(noise, np.array([-0.5, -0.5, 63.5, 63.5]), 8)
    means = noise.reshape(8, 8, 8, 8, 3).mean((1, 3))
    assert np.abs(found - means).max() <= 1
    same = crop_box(noise, np.array([-0.5, -0.5, 63.5, 63.5]), 64)
    np.testing.assert_array_equal(same, noise)
    part = crop_box(noise, np.array([9.5, 19.5, 25.5, 35.5]), 16)
    np.testing.assert_array_equal(part, noise[20:36, 10:26])


def test_packed_fields() -> None:
    steps = Compose([ResizeFace(56), LandmarkMask(), CropRegions(28), PackExpression()])
    packed = steps({**face(), 'gt_label': 1})
    sample = packed['data_samples']
    assert packed['inputs'].shape == (3, 84, 28)
    assert sample.landmark_mask.shape == (1, 7, 7)
    assert sample.region_valid.tolist() == [True, True]
    assert sample.landmarks.shape == (68, 2)


@pytest.mark.parametrize('step', [LandmarkMask(), CropRegions(28)])
def test_no_landmarks(step: Any) -> None:
    results = face()
    del results['landmarks']
    name = type(step).__name__
    with pytest.raises(ValueError, match=rf'{name}: "a\.png" has no landmarks.*mmfer prepare'):
        step(results)


def test_mask_after_the_regions() -> None:
    with pytest.raises(ValueError, match='Put LandmarkMask before CropRegions'):
        Compose([CropRegions(28), LandmarkMask()])(face())


def test_a_size_of_nothing() -> None:
    with pytest.raises(ValueError, match='at least 1 pixel'):
        CropRegions(0)
