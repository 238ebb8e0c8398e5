import cv2
import numpy as np
import pytest

from mmfer.faces.clips.apex_curve import grey_frame
from mmfer.faces.clips.registration import FaceRegistration
from tests.faces.photo_clips import photo_clip, photo_landmarks


def moved(frame, shift, degrees, scale, gain=1.0):
    matrix = cv2.getRotationMatrix2D((140.0, 170.0), degrees, scale)
    matrix[:, 2] += shift
    size = frame.shape[::-1]
    return gain * cv2.warpAffine(
        frame, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def test_the_motion_of_the_head_is_removed():
    frame = grey_frame(photo_clip(3, 1, pixels=0)[0])
    registration = FaceRegistration(frame, photo_landmarks())
    face = slice(100, 250), slice(80, 200)
    still = registration.align(frame)
    for part in np.linspace(0.2, 1, 5):
        other = moved(frame, (4 * part, -3 * part), 2 * part, 1 + 0.02 * part, 1 + 0.03 * part)
        aligned = registration.align(other)
        assert abs(aligned[face] / (1 + 0.03 * part) - still[face]).mean() < 0.6
    assert abs(other[face] - still[face]).mean() > 8


def test_an_expression_is_not_removed():
    """The mouth moves while the head is still: at most a fraction of a pixel is removed."""
    frames = [grey_frame(frame) for frame in photo_clip(10, 5, pixels=2)]
    registration = FaceRegistration(frames[0], photo_landmarks())
    for frame in frames[:6]:
        registration.align(frame)
    assert abs(registration.pose[:2]).max() < 0.5


def test_a_lost_face_does_not_move_the_next_one():
    frame = grey_frame(photo_clip(3, 1, pixels=0)[0])
    registration = FaceRegistration(frame, photo_landmarks())
    registration.align(moved(frame, (2, -1), 0.5, 1.0))
    pose = registration.pose
    noise = np.random.default_rng(0).uniform(0, 255, frame.shape).astype(np.float32)
    for other in (np.zeros_like(frame), noise, np.ascontiguousarray(frame[::-1])):
        assert registration.align(other) is None
        np.testing.assert_array_equal(registration.pose, pose)


def test_landmarks_outside_the_frame_are_refused():
    with pytest.raises(ValueError, match='too few to follow the head'):
        FaceRegistration(np.zeros((340, 280), np.float32), photo_landmarks() + 270)
