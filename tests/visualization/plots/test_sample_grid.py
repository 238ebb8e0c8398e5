import numpy as np
import pytest

from mmfer.visualization.plots import Cell, draw_sample_grid
from mmfer.visualization.plots.sample_grid import BOX, POINT


def grey(height: int = 20, width: int = 20) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


def has(sheet: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool((np.abs(sheet.astype(int) - color).max(axis=-1) < 40).any())


def test_the_sheet_has_room_for_all_samples() -> None:
    sheet = draw_sample_grid([Cell(grey(), 'a\nb')] * 5, columns=3, size=50)
    assert sheet.shape == (8 + 2 * (50 + 28 + 8), 8 + 3 * 58, 3)
    # each image is there, and the last place is empty
    for x, y in ((0, 0), (2, 0), (1, 1)):
        assert sheet[8 + y * 86 + 25, 8 + x * 58 + 25].tolist() == [128] * 3
    assert (sheet[8 + 86 :, 8 + 2 * 58 :] == 255).all()


def test_landmarks_and_box_are_drawn_at_their_positions() -> None:
    plain = draw_sample_grid([Cell(grey(), '')], size=60)
    assert not has(plain, POINT)
    assert not has(plain, BOX)
    cell = Cell(grey(), '', np.array([[5.0, 15.0]]), np.array([2, 2, 18, 18]))
    sheet = draw_sample_grid([cell], size=60)
    assert has(sheet, BOX)
    # (5, 15) of 20 px, at 60 px on the sheet that begins at 8
    assert has(sheet[8 + 44 : 8 + 50, 8 + 13 : 8 + 19], POINT)


def test_a_narrow_image_is_not_stretched_and_a_long_title_cut() -> None:
    sheet = draw_sample_grid([Cell(grey(40, 10), 'long ' * 50)], size=80)
    row = sheet[8 + 40]
    assert (row == 128).all(axis=-1).sum() == 20
    assert (sheet[:, -8:] == 255).all()


def test_an_empty_sheet_is_an_error() -> None:
    with pytest.raises(ValueError, match='no sample'):
        draw_sample_grid([])
