import numpy as np
import pytest

from mmfer.datasets.transforms.geometry import FLIPPED_68
from mmfer.faces import ATTENDED, eye_region, landmark_mask, mouth_region

SIZE = (140, 210)  # height, width
BROWS_AND_EYES = [*range(17, 27), *range(36, 48)]
LIPS = [*range(48, 68)]


def face(seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform((-20, -20), (230, 160), (68, 2)), rng.uniform(size=68)


def reference(points, scores, size, grid, threshold, ids):
    """Eq. 4-5, cell by cell: whether a confident point is in the pixels of the cell."""
    (height, width), (rows, columns) = size, grid
    mask = np.zeros(grid)
    for i, j in np.ndindex(*grid):
        top, bottom = i * height / rows - 0.5, (i + 1) * height / rows - 0.5
        left, right = j * width / columns - 0.5, (j + 1) * width / columns - 0.5
        for k in ids:
            x, y = points[k]
            if scores[k] >= threshold and left <= x < right and top <= y < bottom:
                mask[i, j] = 1
    return mask


@pytest.mark.parametrize('grid', [(7, 7), (4, 9), (1, 1)])
@pytest.mark.parametrize('threshold', [0.0, 0.5, 0.6])
def test_the_mask_equals_the_formula(grid, threshold):
    points, scores = face()
    mask = landmark_mask(points, scores, SIZE, grid, threshold)
    assert mask.shape == grid and mask.dtype == np.float32
    assert np.array_equal(mask, reference(points, scores, SIZE, grid, threshold, ATTENDED))


def test_defaults_and_other_ids():
    points, scores = face(1)
    default = landmark_mask(points, scores, SIZE)
    assert np.array_equal(default, reference(points, scores, SIZE, (7, 7), 0.5, ATTENDED))
    jaw = landmark_mask(points, scores, SIZE, ids=range(17))
    assert np.array_equal(jaw, reference(points, scores, SIZE, (7, 7), 0.5, range(17)))
    assert not np.array_equal(default, jaw)


def test_attended_landmarks():
    assert len(ATTENDED) == len(set(ATTENDED)) == 31
    assert sum(17 <= i < 27 for i in ATTENDED) == 10
    assert sum(36 <= i < 48 for i in ATTENDED) == 12
    assert sum(48 <= i < 60 for i in ATTENDED) == 9
    assert sorted(FLIPPED_68[list(ATTENDED)]) == sorted(ATTENDED)


def test_the_mask_follows_a_flip():
    points, scores = face(2)
    mirrored = points.copy()
    mirrored[:, 0] = SIZE[1] - 1 - points[:, 0]
    flipped = landmark_mask(mirrored[FLIPPED_68], scores[FLIPPED_68], SIZE)
    assert np.array_equal(flipped, landmark_mask(points, scores, SIZE)[:, ::-1])


def test_edges_of_cells_and_image():
    scores = np.zeros(68)
    scores[17] = 0.5

    def cells(x, y):
        points = np.zeros((68, 2))
        points[17] = x, y
        return list(zip(*np.nonzero(landmark_mask(points, scores, SIZE)), strict=True))

    assert cells(-0.5, -0.5) == [(0, 0)]
    assert cells(29.49, 19.49) == [(0, 0)]
    assert cells(29.5, 19.5) == [(1, 1)]
    assert cells(209.49, 139.49) == [(6, 6)]
    assert cells(209.5, 100) == cells(100, 139.5) == cells(-0.51, 50) == cells(50, -0.51) == []
    assert cells(np.nan, 50) == cells(50, np.inf) == []


@pytest.mark.parametrize('side', [5, 7, 48, 100, 112, 224])
@pytest.mark.parametrize('grid', range(3, 15))
def test_the_largest_number_below_the_border_is_in_the_last_cell(side, grid):
    end = np.nextafter(side - 0.5, 0)
    while end + 0.5 >= side:
        end = np.nextafter(end, 0)
    mask = landmark_mask(np.full((68, 2), end), np.ones(68), (side, side), grid)
    assert mask[-1, -1] == mask.sum() == 1


def test_without_visible_points_the_mask_is_empty():
    points, scores = face()
    assert not landmark_mask(points, np.full(68, 0.49), SIZE).any()
    assert not landmark_mask(points, np.full(68, np.nan), SIZE, threshold=0).any()
    assert not landmark_mask(points + 1000, np.ones(68), SIZE).any()
    for region in (eye_region, mouth_region):
        box, valid = region(points, np.full(68, 0.49), SIZE)
        assert valid is False and box.shape == (4,) and not box.any()


@pytest.mark.parametrize(('region', 'ids'), [(eye_region, BROWS_AND_EYES), (mouth_region, LIPS)])
@pytest.mark.parametrize('margin', [0.0, 0.1, 0.3])
def test_box_around_visible_landmarks(region, ids, margin):
    rng = np.random.default_rng(3)
    points, scores = rng.uniform((90, 60), (120, 75), (68, 2)), rng.uniform(size=68)
    box, valid = region(points, scores, SIZE, margin=margin)
    seen = [points[k] for k in ids if scores[k] >= 0.5]
    x, y = [p[0] for p in seen], [p[1] for p in seen]
    border = margin * max(max(x) - min(x), max(y) - min(y))
    expected = min(x) - border, min(y) - border, max(x) + border, max(y) + border
    assert valid is True and box.dtype == np.float32
    np.testing.assert_allclose(box, expected, rtol=1e-6)


def test_threshold_and_default_margin_of_boxes():
    points, scores = face(4)
    points = np.clip(points, 40, 100)
    for region in (eye_region, mouth_region):
        default = region(points, scores, SIZE).box
        assert np.array_equal(default, region(points, scores, SIZE, 0.5, 0.1).box)
        strict = region(points, np.where(scores >= 0.8, 1, 0), SIZE).box
        assert np.array_equal(region(points, scores, SIZE, threshold=0.8).box, strict)


def test_half_a_face_at_the_border():
    points = np.full((68, 2), 50.0)
    points[48], points[54] = (-30, 100), (20, 120)
    points[LIPS[1:6]] = points[LIPS[7:]] = 0, 110
    box, valid = mouth_region(points, np.ones(68), SIZE, margin=0.1)
    assert valid
    np.testing.assert_allclose(box, (-0.5, 95, 25, 125))


@pytest.mark.parametrize(
    'mouth',
    [
        [(50, 60)] * 20,  # a point
        [(50 + i, 60) for i in range(20)],  # a line
        [(-50 + i, 60 + i) for i in range(20)],  # left of the image
        [(50 + i, 139.5 + i) for i in range(20)],  # below it
        [(np.nan, 60)] * 20,
    ],
)
def test_a_mouth_without_area_is_not_valid(mouth):
    points = face()[0]
    points[LIPS] = mouth
    box, valid = mouth_region(points, np.ones(68), SIZE)
    assert not valid and not box.any()
    assert eye_region(points, np.ones(68), SIZE).valid


def test_a_region_of_two_points_beside_each_other_is_not_valid():
    points, scores = face()[0], np.zeros(68)
    side = np.sqrt(np.prod(np.ptp(points, axis=0)))
    scores[[48, 49]] = scores[[36, 37]] = 1
    for ids, region in (((48, 49), mouth_region), ((36, 37), eye_region)):
        for step, valid in ((0.09 * side, False), (0.11 * side, True)):
            points[ids[1]] = points[ids[0]] + (step, 0.01 * side)
            assert region(points, scores, (500, 500)).valid is valid
    points[49] = points[48] + 1
    assert not mouth_region(points, scores, (500, 500)).valid


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(landmarks=np.zeros((5, 2))), r'landmarks have the shape \(5, 2\). Give \(68, 2\)'),
        (dict(landmarks=np.zeros((68, 3))), 'landmarks have the shape'),
        (dict(landmarks=np.zeros((1, 68, 2))), 'landmarks have the shape'),
        (dict(scores=np.ones((68, 1))), r'scores have the shape \(68, 1\). Give \(68,\)'),
        (dict(scores=np.ones(31)), 'scores have the shape'),
        (dict(image_size=(0, 10)), r'image_size=\(0, 10\)'),
        (dict(image_size=(10, 10, 3)), 'image_size='),
        (dict(threshold=1.5), 'threshold=1.5 must be'),
        (dict(threshold=-0.1), 'threshold=-0.1 must be'),
    ],
)
@pytest.mark.parametrize('function', [landmark_mask, eye_region, mouth_region])
def test_bad_input(function, options, message):
    good = dict(landmarks=np.zeros((68, 2)), scores=np.ones(68), image_size=SIZE)
    with pytest.raises(ValueError, match=message):
        function(**{**good, **options})


@pytest.mark.parametrize(
    ('function', 'options', 'message'),
    [
        (landmark_mask, dict(grid=0), 'grid=0 must have'),
        (landmark_mask, dict(grid=(7, -1)), r'grid=\(7, -1\) must have'),
        (landmark_mask, dict(ids=(17, 68)), 'ids=.*0 to 67'),
        (landmark_mask, dict(ids=(-1,)), 'ids=.*0 to 67'),
        (landmark_mask, dict(ids=()), 'ids='),
        (eye_region, dict(margin=-0.1), 'margin=-0.1, a share'),
        (mouth_region, dict(margin=np.nan), 'margin=nan, a share'),
    ],
)
def test_bad_options(function, options, message):
    with pytest.raises(ValueError, match=message):
        function(np.zeros((68, 2)), np.ones(68), SIZE, **options)
