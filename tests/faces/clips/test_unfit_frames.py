"""Flashes, covered faces and other people in a clip."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mmfer.faces.clips.clip import ArrayClip
from mmfer.faces.clips.face_presence import FacePresence
from mmfer.faces.clips.unfit_frames import (
    TOO_DIFFERENT,
    UnfitFrames,
    flash_frames,
    unfit_frames,
    unlike_frames,
)
from mmfer.faces.detection.mtcnn import MTCNN
from tests.faces.other_person import another, covered, flashed, other_person
from tests.faces.photo_clips import photo_clip, photo_landmarks

POINTS = photo_landmarks()


def lit(levels: Sequence[float]) -> list[np.ndarray]:
    """Small frames with a pattern and given mean values."""
    pattern = np.tile([[0.9, 1.1], [1.1, 0.9]], (12, 12))
    return [np.rint(pattern * level).astype(np.uint8) for level in levels]


@pytest.mark.parametrize(
    ('course', 'flashes'),
    [
        ([100] * 20, []),
        ([100] * 9 + [108] + [100] * 10, [9]),
        ([120] + [100] * 18 + [80], [0, 19]),
        ([100] * 9 + [150] * 4 + [100] * 9, [9, 10, 11, 12]),
        ([130, 130] + [100] * 9, [0, 1]),
        ([100] * 10 + [150] * 10, []),  # the light has changed
        ([100, 106] * 10, []),  # a lamp that flickers
        (list(np.linspace(100, 120, 30)), []),
        ([100] * 4 + [0] * 9 + [100] * 3 + [130] + [100] * 3, [16]),  # black frames do not count
        ([0] * 8, []),
        ([100, 150, 100], []),  # too short
    ],
)
def test_jumps_of_the_light(course: list[float], flashes: list[int]) -> None:
    assert flash_frames(lit(course)) == flashes


def test_a_part_of_the_frame_is_no_flash() -> None:
    frames = lit([100] * 20)
    frames[9][:8] = 200
    assert flash_frames(frames) == []
    frames[9][:] = 200 * (frames[9] > 100) + 150 * (frames[9] <= 100)
    assert flash_frames(frames) == [9]


def test_covered_faces_and_other_people_are_unlike() -> None:
    frames = list(photo_clip(12, 6, drift=(10, 0)))
    frames[3:5] = [covered(frame) for frame in frames[3:5]]
    frames[8] = another(frames[8])
    assert unlike_frames(frames, POINTS, []) == [3, 4, 8]
    assert unlike_frames(frames, POINTS, [3]) == [4, 8]


@pytest.mark.parametrize(
    ('change', 'kind'),
    [
        (covered, 'unlike'),
        (another, 'unlike'),
        (lambda frame: flashed(frame, 40), 'flashes'),
        (np.zeros_like, 'lost'),
    ],
)
def test_frames_are_sorted_by_the_reason(
    change: Callable[[np.ndarray], np.ndarray], kind: str
) -> None:
    frames = list(photo_clip(10, 5))
    presence = FacePresence(MTCNN(), frames[2], POINTS)
    frames[4:6] = map(change, frames[4:6])
    found = unfit_frames(ArrayClip(frames), (2, 9), POINTS, presence)
    assert (found.all, getattr(found, kind), found.note) == ([4, 5], [4, 5], None)
    assert all('2 frames (4, 5)' in message for message in found.messages(range(10)))


def test_if_most_frames_differ_none_is_unlike() -> None:
    frames = [photo_clip(4, 2)[0]] * 8 + [other_person()] * 10
    presence = FacePresence(MTCNN(), frames[0], POINTS)
    found = unfit_frames(ArrayClip(frames), (0, 17), POINTS, presence)
    assert found == UnfitFrames(note=TOO_DIFFERENT)
    assert found.messages(range(18)) == [TOO_DIFFERENT]
    assert unfit_frames(ArrayClip(frames), (0, 17), POINTS, presence, False) == UnfitFrames()
