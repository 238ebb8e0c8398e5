"""The look of a face in a clip."""

import numpy as np
import pytest

from mmfer.faces.clips.face_appearance import FaceAppearance
from tests.faces.other_person import covered, flashed, other_person
from tests.faces.photo_clips import photo_clip, photo_landmarks

POINTS = photo_landmarks()


@pytest.fixture(scope='module')
def clip() -> np.ndarray:
    return photo_clip(8, 4, pixels=3.0, drift=(7, -3.5))


def test_one_person_is_followed_while_the_face_and_the_head_move(clip: np.ndarray) -> None:
    look = FaceAppearance(clip[0], POINTS)
    found = [look.compare(frame, POINTS, learn=False) for frame in clip]
    assert all(one.same and one.alike > 0.95 for one in found)
    shifts = np.stack([one.shift for one in found])
    expected = np.linspace(0, 1, 8)[:, None] * [7, -3.5]
    # A pixel of the crop is 2.4 pixels of the frame.
    np.testing.assert_allclose(shifts, expected, atol=2.5)


def test_neither_light_nor_blinks_nor_noise_change_the_look(clip: np.ndarray) -> None:
    look = FaceAppearance(clip[0], POINTS)
    noise = np.random.default_rng(0).normal(0, 2, clip[0].shape)
    blink = clip[0].copy()
    for eye in (POINTS[36:42], POINTS[42:48]):
        (x1, y1), (x2, y2) = eye.min(axis=0).astype(int) - 3, eye.max(axis=0).astype(int) + 3
        blink[y1:y2, x1:x2] = (190, 150, 130)
    for frame in (clip[0] * 0.6 + 20, clip[0] + noise, blink, clip[0].mean(axis=2)):
        assert look.compare(np.clip(frame, 0, 255).astype(np.uint8), POINTS).same


def test_another_person_and_a_covered_face_appearance_different(clip: np.ndarray) -> None:
    look = FaceAppearance(clip[0], POINTS)
    for frame in (other_person(), covered(clip[0]), np.zeros_like(clip[0])):
        assert not look.compare(frame, POINTS).same
    assert look.compare(clip[0], POINTS).changed == pytest.approx(0, abs=1e-3)  # nothing learned
    back = FaceAppearance(other_person(), POINTS)
    assert back.compare(other_person(), POINTS).same
    assert not back.compare(clip[0], POINTS).same


def test_a_slow_change_is_learned(clip: np.ndarray) -> None:
    first, last = clip[0].astype(float), other_person().astype(float)
    course = [(1 - t) * first + t * last for t in np.linspace(0, 1, 120)]
    for learn in (True, False):
        look = FaceAppearance(clip[0], POINTS)
        same = [look.compare(frame.astype(np.uint8), POINTS, learn).same for frame in course]
        assert same[0] and same[-1] == learn


def test_a_face_without_contrast_looks_like_every_face(clip: np.ndarray) -> None:
    look = FaceAppearance(np.full_like(clip[0], 127), POINTS)
    assert look.compare(clip[0], POINTS).same


def test_a_flash_that_saturates_nothing_keeps_the_look(clip: np.ndarray) -> None:
    dark = (clip[0] * 0.5).astype(np.uint8)
    assert FaceAppearance(dark, POINTS).compare(flashed(dark, 60), POINTS).same
