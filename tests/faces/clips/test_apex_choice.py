"""The choice of the apex from the curve of a clip."""

from types import SimpleNamespace

import numpy as np
import pytest

from mmfer.faces.clips.apex_choice import last_shown, rise, shown_apex, without_unfit
from mmfer.faces.clips.clip import ArrayClip

FRAMES = np.zeros((6, 4, 4), np.uint8)
CURVE = np.array([0.0, 1.0, 5.0, 2.0, 9.0, 1.0])


def choose(without_face: set[int], lost: tuple[int, ...] = ()) -> tuple[list[float], int, list]:
    frames = FRAMES + np.arange(6, dtype=np.uint8)[:, None, None]
    clip = SimpleNamespace(name='clip', frame=frames.__getitem__, numbers=range(6))

    def presence(frame: np.ndarray, points: np.ndarray) -> bool:
        return int(frame[0, 0]) not in without_face

    curve, apex, found = shown_apex(clip, 0, CURVE, lost, presence, np.zeros((68, 2)))
    return curve.tolist(), apex, found


def test_the_highest_frame_is_the_apex() -> None:
    assert choose(set()) == (CURVE.tolist(), 4, [])


def test_a_frame_without_the_face_takes_the_value_before_it() -> None:
    assert choose({4}) == ([0.0, 1.0, 5.0, 2.0, 2.0, 1.0], 2, [4])
    assert choose({4, 2}) == ([0.0, 1.0, 1.0, 2.0, 2.0, 1.0], 3, [4, 2])


def test_frames_known_to_be_lost_are_never_chosen() -> None:
    assert choose(set(), lost=(4,))[1] == 2


def test_a_clip_without_any_face_is_refused() -> None:
    with pytest.raises(ValueError, match='no frame from 0 on shows the face'):
        choose(set(range(6)))


@pytest.mark.parametrize(
    ('without_face', 'last'), [((), 5), ((5,), 4), ((3, 4, 5), 2), ((1, 2, 3, 4, 5), 5)]
)
def test_the_last_frame_with_the_face(without_face: tuple[int, ...], last: int) -> None:
    clip = ArrayClip(list(FRAMES + np.arange(6, dtype=np.uint8)[:, None, None]))

    def presence(frame: np.ndarray, points: np.ndarray) -> bool:
        return int(frame[0, 0]) not in without_face

    assert last_shown(clip, 0, 5, presence, np.zeros((68, 2))) == last


def test_rise_of_the_curve() -> None:
    assert rise(np.array([2.0, 2.0, 3.0]), 'ratio') == 0.5
    assert rise(np.array([0.0, 0.1, 0.3]), 'registered') == 0.3
    assert rise(np.full(5, 2.0), 'ratio') == 0


def test_unfit_frames_take_the_value_before_them() -> None:
    assert without_unfit(CURVE, [2, 4]).tolist() == [0.0, 1.0, 1.0, 2.0, 2.0, 1.0]
    # Before the first fitting frame, the smallest value counts.
    assert without_unfit(CURVE, [0, 1]).tolist() == [1.0, 1.0, 5.0, 2.0, 9.0, 1.0]
    assert without_unfit(CURVE, []).tolist() == CURVE.tolist()


def test_an_unfit_frame_is_not_the_last_shown() -> None:
    clip = ArrayClip(list(FRAMES))
    points = np.zeros((68, 2))
    assert last_shown(clip, 0, 5, lambda frame, points: True, points, [5, 3]) == 4
