import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmfer.synthetic import Head, Person, Renderer, Scene
from mmfer.synthetic.render.scene import HAIR_STYLES, OCCLUDERS

SMILE = Scene(face_units={'mouthSmileLeft': 0.8, 'mouthSmileRight': 0.8}, yaw=12, seed=4)
BALD = Person(hair_style='bald', seed=2)


def test_the_same_request_gives_the_same_bytes_in_any_order(renderer: Renderer, head: Head) -> None:
    person = Person(hair_style='bob', glasses=True, seed=9)
    scene = replace(SMILE, occluder='hand', jpeg_quality=60, blur=0.5)
    first = renderer.render(person, scene, 64)
    renderer.render(Person(age=0.1), Scene(), 64)
    np.random.default_rng(0).random()
    second = Renderer(head).render(person, scene, 64)
    assert first.image.tobytes() == second.image.tobytes()
    np.testing.assert_array_equal(first.landmarks, second.landmarks)
    np.testing.assert_array_equal(first.visible, second.visible)
    assert first.face_box == second.face_box


def test_a_rendering_has_its_documented_form(renderer: Renderer) -> None:
    rendering = renderer.render(Person(), Scene())
    assert rendering.image.shape == (112, 112, 3) and rendering.image.dtype == np.uint8
    assert rendering.landmarks.shape == (68, 2) and rendering.landmarks.dtype == np.float32
    assert rendering.visible.shape == (68,) and rendering.visible.dtype == bool
    x1, y1, x2, y2 = rendering.face_box
    assert 0 <= x1 < x2 <= 112 and 0 <= y1 < y2 <= 112


def test_a_frontal_bare_face_shows_all_landmarks_in_its_box(renderer: Renderer) -> None:
    rendering = renderer.render(BALD, Scene(zoom=1.1))
    assert rendering.visible.mean() > 0.95
    x1, y1, x2, y2 = rendering.face_box
    inner = rendering.landmarks[17:]
    assert (inner > (x1, y1)).all() and (inner < (x2, y2)).all()
    assert x2 - x1 > 0.4 * 112


@pytest.mark.parametrize('age', [0.02, 0.5, 1.0])
def test_a_close_view_is_centered_on_the_face(renderer: Renderer, age: float) -> None:
    person = Person(age=age, hair_style='bald')
    for zoom in (1.0, 1.3):
        x1, y1, x2, y2 = renderer.render(person, Scene(zoom=zoom, close=True)).face_box
        assert abs((x1 + x2) / 2 - 56) < 3
        assert abs((y1 + y2) / 2 - 56) < 6
        # The perspective makes the front of the face a little larger.
        assert 1.0 < (y2 - y1) / (112 / zoom) < 1.12 or zoom == 1.0 and y2 - y1 > 109


def test_geometry_scales_with_the_size(renderer: Renderer) -> None:
    small, large = (renderer.render(BALD, SMILE, size) for size in (64, 128))
    np.testing.assert_allclose(large.landmarks + 0.5, 2 * (small.landmarks + 0.5), atol=1e-2)
    halved = cv2.resize(large.image, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(halved.astype(int) - small.image).mean() < 12


def test_landmarks_are_on_the_drawn_features(renderer: Renderer) -> None:
    """The dark pupil and the red lips are at their landmarks."""
    person = Person(hair_style='bald', iris=(0.02, 0.02, 0.02), lip=(0.6, 0.05, 0.05))
    scene = Scene(yaw=15, roll=10, noise=0, light=(10, 20, 1.0), zoom=0.8)
    rendering = renderer.render(person, scene, 224)
    image, marks = rendering.image.astype(float), rendering.landmarks
    for first in (36, 42):
        x, y = marks[first : first + 6].mean(0).astype(int)
        assert image[y - 2 : y + 3, x - 2 : x + 3].mean() < 0.5 * image[100:180].mean()
    x, y = ((marks[57] + marks[66]) / 2).astype(int)
    red, green, _ = image[y, x]
    assert red > 1.7 * green
    x, y = marks[30].astype(int)
    red, green, _ = image[y, x]
    assert red < 1.6 * green


@pytest.mark.parametrize(('yaw', 'far'), [(50, slice(11, 16)), (-50, slice(1, 6))])
def test_turning_hides_the_far_jaw(renderer: Renderer, yaw: float, far: slice) -> None:
    visible = renderer.render(BALD, Scene(yaw=yaw, zoom=1.1)).visible
    near = slice(16 - far.stop + 1, 16 - far.start + 1)
    assert visible[far].mean() < 0.5 < visible[near].mean()


def test_the_signs_of_the_pose_match_the_image(renderer: Renderer) -> None:
    def nose(**pose: float) -> np.ndarray:
        return renderer.render(BALD, Scene(**pose), 64).landmarks[30]  # type: ignore[arg-type]

    rest = nose()
    assert nose(yaw=30)[0] > rest[0] + 5
    assert nose(pitch=25)[1] > rest[1] + 3
    marks = renderer.render(BALD, Scene(roll=20), 64).landmarks
    assert marks[27, 0] > marks[8, 0] + 3


@pytest.mark.parametrize(
    ('occluder', 'covered', 'free'),
    [('sunglasses', slice(36, 48), slice(48, 60)), ('medical_mask', slice(48, 68), slice(36, 48))],
)
def test_occluders_hide_their_landmarks(
    renderer: Renderer, occluder: str, covered: slice, free: slice
) -> None:
    visible = renderer.render(BALD, Scene(occluder=occluder, seed=1)).visible
    assert visible[covered].mean() < 0.2
    assert visible[free].mean() > 0.8


def test_every_occluder_changes_image_and_visibility(renderer: Renderer) -> None:
    plain = renderer.render(BALD, Scene(seed=5))
    for occluder in OCCLUDERS:
        covered = renderer.render(BALD, Scene(occluder=occluder, seed=5))
        assert covered.visible.sum() < plain.visible.sum()
        assert np.abs(covered.image.astype(int) - plain.image).mean() > 1
        np.testing.assert_array_equal(covered.landmarks, plain.landmarks)
        assert covered.face_box == plain.face_box


def test_clear_glasses_hide_nothing(renderer: Renderer) -> None:
    plain, worn = (renderer.render(replace(BALD, glasses=g), Scene()) for g in (False, True))
    assert worn.visible.sum() >= plain.visible.sum() - 4
    assert (worn.image != plain.image).mean() > 0.02


@pytest.mark.parametrize('style', HAIR_STYLES)
@pytest.mark.parametrize('age', [0.02, 0.5, 0.98])
def test_every_style_and_age_renders_at_wide_yaw(
    renderer: Renderer, style: str, age: float
) -> None:
    person = Person(age=age, hair_style=style, skin=(0.6, 0.4, 0.3), seed=7)
    for yaw in (-60, 60):
        rendering = renderer.render(person, Scene(yaw=yaw, zoom=1.2), 64)
        assert np.isfinite(rendering.landmarks).all()
        assert rendering.visible.sum() > 20
        assert rendering.image.std() > 15


def test_hair_has_its_color(renderer: Renderer) -> None:
    person = Person(hair=(0.0, 0.0, 0.9), hair_style='long', hair_volume=0.2)
    image = renderer.render(person, Scene(zoom=1.2, background=(0.3, 0.3, 0.3))).image.astype(int)
    assert ((image[..., 2] > 2 * image[..., 0] + 20).mean()) > 0.08


def test_expressions_change_the_face(renderer: Renderer) -> None:
    calm = renderer.render(BALD, Scene(noise=0))
    for unit in ('jawOpen', 'browInnerUp', 'mouthFrownLeft', 'eyeBlinkLeft', 'noseSneerRight'):
        moved = renderer.render(BALD, Scene(face_units={unit: 1.0}, noise=0))
        assert np.abs(moved.landmarks - calm.landmarks).max() > 0.8
        assert np.abs(moved.image.astype(int) - calm.image).max() > 30


def test_the_thread_setting_of_opencv_is_kept(renderer: Renderer) -> None:
    before = cv2.getNumThreads()
    renderer.render(BALD, Scene(), 32)
    assert cv2.getNumThreads() == before


@pytest.mark.parametrize(
    ('scene', 'size', 'word'),
    [
        (Scene(), 8, 'size'),
        (Scene(zoom=0), 64, 'zoom'),
        (Scene(occluder='balloon'), 64, 'occluder'),
        (Scene(face_units={'smirk': 1.0}), 64, 'face_units'),
        (Scene(jpeg_quality=0), 64, 'jpeg_quality'),
    ],
)
def test_impossible_requests_are_refused(
    renderer: Renderer, scene: Scene, size: int, word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        renderer.render(BALD, scene, size)


def test_importing_needs_no_torch() -> None:
    code = 'import sys, mmfer.synthetic; sys.exit("torch" in sys.modules)'
    subprocess.run([sys.executable, '-c', code], check=True)


def test_a_toothless_mouth_shows_no_white(renderer: Renderer) -> None:
    scene = Scene(face_units={'jawOpen': 0.5, 'mouthUpperUpLeft': 1, 'mouthUpperUpRight': 1})
    images = [
        renderer.render(replace(BALD, teeth=teeth), scene, 112).image.astype(int)
        for teeth in (True, False)
    ]
    changed = np.abs(images[0] - images[1]).max(-1) > 30
    assert changed.sum() > 20
    red, green, _ = images[1][changed].mean(0)
    assert red > 1.25 * green
