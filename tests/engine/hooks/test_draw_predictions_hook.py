"""Pictures that show what was predicted."""

import numpy as np

from mmfer.engine.hooks.draw_predictions_hook import RIGHT, WRONG, draw_prediction


def has_color(picture: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool((picture == color).all(-1).any())


def test_picture_and_colors() -> None:
    image = np.full((50, 100, 3), (200, 100, 0), np.uint8)
    right = np.asarray(draw_prediction(image, 'fear', 'fear', 0.5))
    wrong = np.asarray(draw_prediction(image, 'fear', 'joy', 0.5))
    unknown = np.asarray(draw_prediction(image, None, 'joy', 0.5))
    assert right.shape == (112 + 40, 224, 3)  # the aspect ratio is kept
    assert (right[:112] == (200, 100, 0)).all()
    assert has_color(right, RIGHT) and not has_color(right, WRONG)
    assert has_color(wrong, WRONG) and not has_color(wrong, RIGHT)
    assert not has_color(unknown, WRONG)
