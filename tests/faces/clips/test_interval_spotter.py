"""Micro-expressions in frames of a photograph: registration, lost faces, numbers of frames."""

import numpy as np
import pytest

from mmfer.evaluation.clips.spotting import interval_iou
from mmfer.faces import IntervalOptions, IntervalSpotter, add_sensor_noise
from mmfer.faces.clips.clip import ArrayClip
from tests.faces.photo_clips import photo_clip, photo_landmarks

REST, LENGTH = 30, 13
TRUE = (REST, REST + LENGTH - 1)


def frames(drift: bool = False) -> list[np.ndarray]:
    """A face at rest, one movement of 13 frames, and a face at rest; the head may drift."""
    moving = photo_clip(LENGTH, apex=6, pixels=3)
    still = [moving[0]] * REST
    shown = [*still, *moving, *still]
    if drift:
        shown = [np.roll(frame, round(4 * np.sin(i / 20)), axis=1) for i, frame in enumerate(shown)]
    return [add_sensor_noise(frame, 1, 0.0, [3, i]) for i, frame in enumerate(shown)]


@pytest.fixture
def spotter() -> IntervalSpotter:
    return IntervalSpotter()


@pytest.mark.parametrize('drift', [False, True])
def test_a_movement_is_found_with_still_and_with_moving_head(
    spotter: IntervalSpotter, drift: bool
) -> None:
    found = spotter(frames(drift), photo_landmarks())
    (only,) = found.intervals
    assert interval_iou(only, TRUE) > 0.6
    assert len(found.curve) == len(found.numbers) == 2 * REST + LENGTH
    assert TRUE[0] <= int(found.curve.argmax()) <= TRUE[1]
    assert found.messages == ()


def test_numbers_are_those_of_the_clip_and_the_search_may_be_limited(
    spotter: IntervalSpotter,
) -> None:
    clip = ArrayClip(frames())
    clip.numbers = range(100, 100 + len(clip.numbers))
    (only,) = spotter(clip, photo_landmarks()).intervals
    assert interval_iou(only, (100 + TRUE[0], 100 + TRUE[1])) > 0.6
    still = spotter(clip, photo_landmarks(), first=101 + TRUE[1])
    assert still.intervals == () and still.numbers[0] == 101 + TRUE[1]


def test_frames_without_the_face_are_reported_and_are_no_expression(
    spotter: IntervalSpotter,
) -> None:
    shown = frames()
    shown[5:9] = [np.zeros_like(shown[0])] * 4
    found = spotter(shown, photo_landmarks())
    assert len(found.intervals) == 1
    assert interval_iou(found.intervals[0], TRUE) > 0.6
    assert any('No face in 4 frames (5, 6, 7, 8)' in line for line in found.messages)
    assert np.isfinite(found.curve).all()
    shown[5:] = [np.zeros_like(shown[0])] * len(shown[5:])
    with pytest.raises(ValueError, match=r'68 of 73 frames do not show the face of frame 0'):
        spotter(shown, photo_landmarks())


def test_a_minimum_is_an_option_and_landmarks_are_needed() -> None:
    deaf = IntervalSpotter(IntervalOptions(strength=1000))
    assert deaf(frames(), photo_landmarks()).intervals == ()
    with pytest.raises(ValueError, match='no landmarks and no landmarker'):
        deaf(frames())
    with pytest.raises(ValueError, match='has 2 frame'):
        deaf(frames()[:2], photo_landmarks())
    with pytest.raises(ValueError, match='16 frames are too few to find a micro-expression'):
        deaf(frames()[:16], photo_landmarks())
