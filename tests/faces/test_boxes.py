import numpy as np
import pytest

from mmfer.faces import boxes as box_module
from mmfer.faces.boxes import box_overlap, non_maximum_suppression, square_boxes

BOXES = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [2, 2, 6, 6], [50, 50, 60, 60.0]])


def overlap_by_counting(a, b, over):
    """On a grid of unit cells, which is exact for integer boxes."""
    grid = np.zeros((2, 70, 70), bool)
    for layer, (x1, y1, x2, y2) in zip(grid, np.stack([a, b]).astype(int), strict=True):
        layer[y1:y2, x1:x2] = True
    whole = grid.any(0).sum() if over == 'union' else grid.sum((1, 2)).min()
    return grid.all(0).sum() / whole


@pytest.mark.parametrize('over', ['union', 'smaller'])
def test_the_overlap_equals_counted_cells(over):
    for box in BOXES:
        expected = [overlap_by_counting(box, other, over) for other in BOXES]
        np.testing.assert_allclose(box_overlap(box, BOXES, over), expected)


def test_suppression_keeps_the_best_of_overlapping_boxes():
    scores = np.array([0.8, 0.9, 0.7, 0.6])
    assert non_maximum_suppression(BOXES, scores, 0.5).tolist() == [1, 2, 3]
    assert non_maximum_suppression(BOXES, scores, 0.5, over='smaller').tolist() == [1, 3]
    assert non_maximum_suppression(BOXES, scores, 1.0).tolist() == [1, 0, 2, 3]


def test_suppression_accepts_no_boxes():
    assert non_maximum_suppression(np.zeros((0, 4)), np.zeros(0), 0.5).tolist() == []


def test_squares_keep_the_center_and_the_longer_side():
    np.testing.assert_allclose(square_boxes(np.array([[0, 0, 10, 20.0]])), [[-5, 0, 15, 20]])


@pytest.mark.parametrize('over', ['union', 'smaller'])
@pytest.mark.parametrize('count', [0, 1, 300])
def test_all_overlaps_at_once_keep_the_same_boxes(over, count, monkeypatch):
    rng = np.random.default_rng(count)
    corners = rng.uniform(0, 100, (count, 2)).round()
    boxes = np.concatenate([corners, corners + rng.uniform(5, 40, (count, 2)).round()], axis=1)
    scores = rng.random(count).round(1)  # with equal scores
    for threshold in (0.1, 0.5, 0.9):
        at_once = non_maximum_suppression(boxes, scores, threshold, over)
        with monkeypatch.context() as patch:
            patch.setattr(box_module, 'MOST_AT_ONCE', -1)
            one_by_one = non_maximum_suppression(boxes, scores, threshold, over)
        assert at_once.tolist() == one_by_one.tolist()
