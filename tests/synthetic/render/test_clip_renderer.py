from dataclasses import replace

import numpy as np
import pytest

from mmfer.synthetic import Person, Renderer, Scene
from mmfer.synthetic.expressions.action_units import face_units
from mmfer.synthetic.expressions.disturbances import Disturbances
from mmfer.synthetic.expressions.motion_course import Course, sample_course
from mmfer.synthetic.render.clip_renderer import KEY_STEP, ClipRenderer, Key, disturbed, view

PERSON = Person(ethnicity=(0.0, 1.0, 0.0))
SCENE = Scene(yaw=2.0, zoom=0.85, noise=0.0)
UNITS = {'4': 0.2, '7': 0.2}
SIZE = 64


def _course(level, lids=None, drift=None) -> Course:
    frames = len(level)
    return Course(
        0,
        0,
        0,
        np.array(level, float),
        np.zeros(frames) if lids is None else np.array(lids, float),
        np.zeros((frames, 4)) if drift is None else np.array(drift, float),
    )


@pytest.fixture(scope='module')
def clips(renderer: Renderer) -> ClipRenderer:
    return ClipRenderer(renderer)


@pytest.fixture(scope='module')
def frames(clips: ClipRenderer):
    """A clip without drift, its course, and its grey values."""
    course = sample_course(np.random.default_rng(3))
    course = replace(course, drift=np.zeros_like(course.drift))
    found = list(clips.render(PERSON, SCENE, UNITS, course, SIZE, SIZE))
    return found, course, np.stack([f.image for f in found]).astype(float).mean(-1)


def test_frames_have_the_geometry_of_a_single_image(clips: ClipRenderer, renderer: Renderer):
    frame = next(clips.render(PERSON, SCENE, UNITS, _course([1.0]), SIZE, SIZE))
    scene = replace(SCENE, face_units=face_units(UNITS))
    still = renderer.render(PERSON, scene, SIZE)
    np.testing.assert_allclose(frame.landmarks, still.landmarks, atol=1e-3)
    np.testing.assert_allclose(frame.box, np.subtract(still.face_box, 0.5), atol=1e-3)
    assert (frame.visible == still.visible).mean() > 0.95
    assert np.abs(frame.image.astype(float) - still.image).mean() < 2


def test_frames_show_the_middle_columns(clips: ClipRenderer):
    square = next(clips.render(PERSON, SCENE, UNITS, _course([0.0]), SIZE, SIZE))
    narrow = next(clips.render(PERSON, SCENE, UNITS, _course([0.0]), SIZE, SIZE - 12))
    np.testing.assert_array_equal(narrow.image, square.image[:, 6:-6])
    np.testing.assert_allclose(narrow.landmarks, square.landmarks - (6, 0), atol=1e-4)


def test_the_clip_shows_its_course(frames):
    _, course, grey = frames
    change = np.abs(grey - grey[course.onset]).mean((1, 2))
    assert np.argmax(change) == course.apex
    for neutral in (grey[: course.onset], grey[course.offset :]):
        np.testing.assert_array_equal(neutral, np.broadcast_to(grey[course.onset], neutral.shape))
    rise = change[course.onset : course.apex + 1]
    np.testing.assert_allclose(
        rise / rise[-1], course.level[course.onset : course.apex + 1], atol=0.1
    )


def test_motion_is_at_the_action_units(frames):
    _, course, grey = frames
    steps = np.abs(np.diff(grey, axis=0)).mean(0)
    points = frames[0][course.apex].landmarks
    brow, chin = points[17:27, 1].mean(), points[8, 1]
    mouth = points[48:68, 1].mean()
    moving = steps[int(brow) - 3 : int(brow) + 4, 16:-16].mean()
    still = steps[int((mouth + chin) / 2) : int(chin), 24:-24].mean()
    assert moving > 30 * still


def test_interpolated_frames_are_close_to_renderings(clips: ClipRenderer):
    """Between two keys, 0.15 and 0.2, the image is close to that of 0.18."""
    units = {'1': 0.2, '2': 0.2}
    assert KEY_STEP == 0.05
    levels = clips.render(PERSON, SCENE, units, _course([0.0, 0.75, 0.9, 1.0]), SIZE, SIZE)
    neutral, below, between, above = (frame.image.astype(float) for frame in levels)
    single = next(clips.render(PERSON, SCENE, {'1': 0.18, '2': 0.18}, _course([1.0]), SIZE, SIZE))
    direct = single.image.astype(float)
    error = np.abs(between - direct).mean()
    assert error < 0.25 * np.abs(below - direct).mean()
    assert error < 0.4 * np.abs(above - direct).mean()
    assert error < 0.1 * np.abs(neutral - direct).mean()


def test_a_blink_closes_the_eyes(clips: ClipRenderer):
    course = _course([0.0] * 3, lids=[0, 0.5, 1])
    opening = [
        (f.landmarks[[41, 40, 47, 46]] - f.landmarks[[37, 38, 43, 44]])[:, 1].mean()
        for f in clips.render(PERSON, SCENE, UNITS, course, SIZE, SIZE)
    ]
    assert opening[1] == pytest.approx(0.5 * opening[0], rel=0.2)
    assert abs(opening[2]) < 0.2 * opening[0]


def test_disturbed_frames_are_the_images_of_their_scenes(clips: ClipRenderer, renderer: Renderer):
    turn, light = np.array([[0, 0], [4, -3]]), np.array([[0, 0, 0], [0, 0, 0.3]])
    disturbances = Disturbances(turn, light, {'26': np.array([0, 0.5])})
    course = replace(_course([0.0, 1.0]), disturbances=disturbances)
    still, shown = clips.render(PERSON, SCENE, UNITS, course, SIZE, SIZE)
    plain = next(clips.render(PERSON, SCENE, UNITS, _course([0.0]), SIZE, SIZE))
    np.testing.assert_array_equal(still.image, plain.image)

    around = disturbed(SCENE, disturbances, 1)
    assert (around.yaw, around.pitch) == (SCENE.yaw + 4, SCENE.pitch - 3)
    assert around.light == pytest.approx((30, 30, 0.9 * 1.3))
    single = renderer.render(
        PERSON, replace(around, face_units=face_units(UNITS | {'26': 0.5})), SIZE
    )
    np.testing.assert_allclose(shown.landmarks, single.landmarks, atol=1e-3)
    assert np.abs(shown.image.astype(float) - single.image).mean() < 2


def test_the_drift_moves_pixels_and_landmarks_equally(clips: ClipRenderer):
    moves = [[0, 0, 0, 0], [3 / SIZE, -2 / SIZE, 0, 0], [0, 0, 90, 0], [0, 0, 0, 0.5]]
    still, moved, turned, grown = clips.render(
        PERSON, SCENE, UNITS, _course([0] * 4, drift=moves), SIZE, SIZE
    )
    inner = slice(5, -5)
    shifted = np.roll(still.image, (-2, 3), (0, 1))[inner, inner]
    assert np.abs(moved.image[inner, inner].astype(int) - shifted).max() <= 1
    np.testing.assert_allclose(moved.landmarks, still.landmarks + (3, -2), atol=1e-3)
    assert np.abs(turned.image.astype(int) - np.rot90(still.image, -1)).max() <= 1
    x, y = (still.landmarks - (SIZE - 1) / 2).T
    np.testing.assert_allclose(turned.landmarks - (SIZE - 1) / 2, np.stack([-y, x], 1), atol=1e-3)
    np.testing.assert_allclose(
        grown.landmarks - (SIZE - 1) / 2, 1.5 * np.stack([x, y], 1), atol=1e-3
    )


def test_a_shift_by_a_part_of_a_pixel_is_exact():
    """An image of a slow wave, moved by a hundredth of a pixel."""
    size, step = 32, 0.01
    wave = 100 + 50 * np.sin(2 * np.pi * np.arange(2 * size) / 16)
    key = Key(np.tile(wave, (3, 2 * size, 1)), np.zeros((70, 2)), np.zeros(68))
    for steps in range(5):
        matrix, offset = view(np.array([steps * step / size, 0, 0, 0]), 2 * size, size, size)
        row, column = matrix @ (10, 12) + offset
        assert row == pytest.approx(20.5) and column == pytest.approx(24.5 - 2 * steps * step)
    mixed = key.mixed(replace(key, splines=key.splines + 10), 0.25)
    np.testing.assert_allclose(mixed.splines, key.splines + 2.5)
