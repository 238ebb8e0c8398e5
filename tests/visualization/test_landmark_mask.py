import numpy as np
import pytest

from mmfer.faces.landmark_mask import ATTENDED, landmark_mask
from mmfer.visualization.landmark_mask import landmark_mask_views

SIZE = 70
GREY = np.full((SIZE, SIZE, 3), 120, np.uint8)


def changed_near(view: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Whether the grey image has another color at each of the points."""
    x, y = (points + 0.5).astype(int).T
    return (view[2 * y + 1, 2 * x + 1] != 120).any(axis=-1)


@pytest.mark.parametrize('threshold', [0.3, 0.6])
def test_the_views_show_the_landmarks_and_the_cells(threshold: float) -> None:
    rng = np.random.default_rng(0)
    # No two landmarks are close to each other.
    places = rng.permutation([(x, y) for x in range(4, 66, 7) for y in range(4, 66, 7)])
    landmarks = places[:68].astype(np.float32)
    scores = rng.random(68).astype(np.float32)
    mask = landmark_mask(landmarks, scores, (SIZE, SIZE), 7, threshold)
    every, counted, cells = landmark_mask_views(
        GREY, landmarks, scores, mask, ATTENDED, threshold, size=2 * SIZE
    )
    assert every.shape == counted.shape == cells.shape == (2 * SIZE, 2 * SIZE, 3)
    assert changed_near(every, landmarks).all()
    expected = np.isin(np.arange(68), ATTENDED) & (scores >= threshold)
    np.testing.assert_array_equal(changed_near(counted, landmarks), expected)
    assert 0 < expected.sum() < 31
    # The cells with such a landmark are as bright as the image, the others are dark.
    for row in range(7):
        for column in range(7):
            cell = cells[20 * row : 20 * row + 20, 20 * column : 20 * column + 20]
            assert (cell == (120 if mask[row, column] else 42)).all()
    x, y = (landmarks[expected] + 0.5).astype(int).T
    assert set(zip(y // 10, x // 10, strict=True)) == set(zip(*np.nonzero(mask), strict=True))
