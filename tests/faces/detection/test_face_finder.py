from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.faces import MTCNN, BlazeFace, Face, FaceLandmarker, image_decoder, read_image
from mmfer.faces.boxes import box_overlap
from mmfer.faces.detection.face_finder import (
    FaceFinder,
    FaceJob,
    detect_in_crop,
    detect_upright,
)

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'


@pytest.fixture(scope='module')
def image():
    return read_image(ASTRONAUT)


@pytest.fixture(scope='module')
def finder():
    return FaceFinder(MTCNN(), FaceLandmarker())


def crowd(image):
    """The same face three times, the second face the largest."""
    part = image[:230, 20:240]
    larger = cv2.resize(part, None, fx=1.5, fy=1.5)
    canvas = np.zeros((345, 770, 3), np.uint8)
    canvas[:230, :220], canvas[:, 220:550], canvas[:230, 550:] = part, larger, part
    return canvas


def test_face_with_landmarks(finder, image):
    found = finder(FaceJob('a.jpg', partial(read_image, ASTRONAUT)))
    (face,) = finder.detector.detect(image)
    assert (found.name, found.width, found.height) == ('a.jpg', 256, 256)
    assert (found.count, found.problem, found.error) == (1, '', '')
    np.testing.assert_allclose(found.face.bbox, face.bbox, atol=0.006)
    np.testing.assert_allclose(found.face.landmarks, face.landmarks, atol=0.006)
    points, scores = finder.landmarker.detect(image, face.bbox[None])
    np.testing.assert_allclose(found.face.landmarks68, points[0], atol=0.006)
    np.testing.assert_allclose(found.face.scores68, scores[0], atol=6e-5)


def test_the_largest_of_several_faces_is_found(finder, image):
    found = finder(FaceJob('a.jpg', lambda: crowd(image)))
    assert (found.count, found.problem) == (3, 'several faces')
    assert 220 < found.face.bbox[0] < 550


def test_a_known_box_selects_the_face_and_is_kept(finder, image):
    own = np.array([600.0, 60, 720, 190])
    found = finder(FaceJob('a.jpg', lambda: crowd(image), own))
    assert found.problem == ''
    assert found.face.bbox.tolist() == own.tolist()
    assert found.face.score > 0.9
    assert (found.face.landmarks[:, 0] > 550).all()
    assert (found.face.landmarks68.mean(axis=0)[0]) > 550


def test_a_known_box_is_kept_without_a_detected_face(finder, image):
    own = np.array([10.0, 200, 60, 250])
    face = finder(FaceJob('a.jpg', lambda: image, own)).face
    assert face.bbox.tolist() == own.tolist()
    assert face.score is None
    assert face.landmarks is None
    expected, _ = finder.landmarker.detect(image, own[None])
    np.testing.assert_allclose(face.landmarks68, expected[0], atol=0.006)


def test_no_face(finder):
    found = finder(FaceJob('a.jpg', lambda: np.full((60, 50, 3), 90, np.uint8)))
    assert (found.face, found.count, found.problem) == (None, 0, 'no face')
    assert (found.width, found.height) == (50, 60)


def test_without_a_face_the_whole_image_is_used_on_request():
    finder = FaceFinder(MTCNN(), FaceLandmarker(), fallback=True)
    found = finder(FaceJob('a.jpg', lambda: np.full((60, 50, 3), 90, np.uint8)))
    assert found.problem == 'no face'
    assert found.face.bbox.tolist() == [0, 0, 50, 60]
    assert found.face.landmarks68.shape == (68, 2)
    assert found.image.faces == (found.face,)


def test_the_whole_image_is_used_without_detection(image):
    found = FaceFinder(None, None)(FaceJob('a.jpg', lambda: image))
    assert found.problem == ''
    assert found.face.bbox.tolist() == [0, 0, 256, 256]
    assert found.face.landmarks68 is None


@pytest.mark.parametrize('content', [b'', b'no image', ASTRONAUT.read_bytes()[:3000]])
def test_an_unreadable_image_is_reported(finder, tmp_path, content):
    (tmp_path / 'a.jpg').write_bytes(content)
    found = finder(FaceJob('a.jpg', partial(read_image, tmp_path / 'a.jpg')))
    assert (found.problem, found.face) == ('unreadable', None)
    assert 'a.jpg' in found.error


def test_a_tight_crop_gets_a_border(image):
    """A crop inside hairline and cheeks, where the detector alone finds nothing."""
    tight, detector = np.ascontiguousarray(image[73:148, 86:153]), MTCNN()
    assert detector.detect(tight) == []
    (face,) = detect_in_crop(detector, tight)
    expected = np.array([81.5, 73, 171, 178]) - [86, 73, 86, 73]
    assert box_overlap(face.bbox, expected[None])[0] > 0.6
    assert abs(face.landmarks[2] - (124.5 - 86, 124.7 - 73)).max() < 6


def test_a_large_tight_crop_gets_a_border(image):
    small = np.ascontiguousarray(image[73:148, 86:153])
    large = cv2.resize(small, None, fx=24, fy=24, interpolation=cv2.INTER_CUBIC)
    (face,) = detect_in_crop(MTCNN(), large)
    expected = (np.array([81.5, 73, 171, 178]) - [86, 73, 86, 73]) * 24
    assert box_overlap(face.bbox, expected[None])[0] > 0.6
    assert abs(face.landmarks[2] / 24 - (124.5 - 86, 124.7 - 73)).max() < 6


def test_the_border_of_a_strip_does_not_fill_the_memory():
    class Sizes:
        def __init__(self):
            self.seen = []

        def detect(self, image):
            self.seen.append(image.nbytes)
            return []

    detector, strip = Sizes(), np.zeros((60_000, 100, 3), np.uint8)
    assert detect_in_crop(detector, strip) == []
    assert max(detector.seen) == strip.nbytes  # with borders as long as the strip, it was 10 GB


def test_a_shrunk_image_gives_the_coordinates_of_the_file(finder, monkeypatch):
    load = partial(read_image, ASTRONAUT)
    whole = finder(FaceJob('a.jpg', load))
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 40_000)
    small = finder(FaceJob('a.jpg', load, whole.face.bbox, str(ASTRONAUT)))
    assert (small.width, small.height) == (whole.width, whole.height)
    np.testing.assert_allclose(small.face.bbox, whole.face.bbox, atol=0.01)
    assert np.abs(small.face.landmarks68 - whole.face.landmarks68).mean() < 4


@pytest.mark.parametrize('turns', [1, 2, 3])
def test_a_face_on_its_side_is_found_on_request(finder, image, turns):
    lying = np.rot90(image, turns).copy()
    assert finder(FaceJob('a', lambda: lying)).face is None
    found = FaceFinder(finder.detector, finder.landmarker, rotations=(90, 180, 270))(
        FaceJob('a', lambda: lying)
    )
    assert (found.problem, found.width, found.height) == ('', 256, 256)
    upright = finder(FaceJob('a', lambda: image)).face
    # np.rot90 turns counterclockwise around the center of the image, (127.5, 127.5).
    x, y = upright.landmarks68.T - 127.5
    for _ in range(turns):
        x, y = y, -x
    np.testing.assert_allclose(found.face.landmarks68, np.stack([x, y], 1) + 127.5, atol=0.1)
    inside = (found.face.landmarks > found.face.bbox[:2]) & (
        found.face.landmarks < found.face.bbox[2:]
    )
    assert inside.all()


def test_the_turns_of_a_detection(finder, image):
    lying = np.rot90(image, 1).copy()
    assert detect_upright(finder.detector, image, (90, 180, 270))[1] == 0
    faces, turns = detect_upright(finder.detector, lying, (90, 180, 270))
    assert (len(faces), turns) == (1, 3)
    assert detect_upright(finder.detector, lying, (90,)) == ([], 0)


@pytest.mark.parametrize('turns', [1, 3])
def test_a_detector_that_finds_lying_faces_turns_the_image(image, turns):
    """BlazeFace finds this face lying, too; its eyes say that the image lies."""
    detector, lying = BlazeFace(), np.rot90(image, turns).copy()
    assert len(detector.detect(lying)) == 1
    faces, found = detect_upright(detector, lying, (90, 180, 270))
    assert found == 4 - turns
    np.testing.assert_allclose(faces[0].bbox, detector.detect(image)[0].bbox)
    assert detect_upright(detector, image, (90, 180, 270))[1] == 0


class _Recorded:
    """Gives recorded faces for one shape of images, and an upright face for all others."""

    borders = (0.0,)

    def __init__(self, shape: tuple[int, ...], faces: list[Face]) -> None:
        self.shape, self.faces = shape, faces

    def detect(self, image: np.ndarray) -> list[Face]:
        return self.faces if image.shape == self.shape else [_face(30, [10, 0])]


def _face(side: float, between_eyes: list[float]) -> Face:
    points = np.array([[5.0, 5.0], [5.0, 5.0], [6, 7], [6, 8], [7, 8]])
    points[1] += between_eyes
    return Face(np.array([0.0, 0.0, side, side]), 0.9, points)


def test_one_upright_face_keeps_an_image_of_which_all_faces_are_wanted():
    image = np.zeros((40, 60, 3), np.uint8)
    lying, upright = _face(30, [0, 10]), _face(15, [10, 0])
    detector = _Recorded(image.shape, [lying, upright])
    faces, turns = detect_upright(detector, image, (90,), every=True)
    assert ([face.bbox[2] for face in faces], turns) == ([30, 15], 0)
    assert detect_upright(detector, image, (90,))[1] == 1
    detector.faces = [lying]
    assert detect_upright(detector, image, (90,), every=True)[1] == 1


@pytest.mark.parametrize('rotations', [(45,), 5, '90', ('90',), None, (90.5,)])
def test_other_rotations_are_refused(finder, rotations):
    with pytest.raises(ValueError, match='multiples of 90'):
        FaceFinder(finder.detector, None, rotations=rotations)


def test_rotations_may_be_an_array(finder):
    assert FaceFinder(finder.detector, None, rotations=list(np.arange(90, 271, 180)))


def test_a_small_face_found_only_with_a_border_is_left_out():
    """A detector that finds a small face as soon as there is a border finds none."""

    class Fickle:
        def __init__(self, side):
            self.side = side

        def detect(self, image):
            if image.shape[0] == 100:
                return []
            center = image.shape[0] / 2
            return [Face(np.array([-1, -1, 1, 1]) * self.side / 2 + center, 0.9)]

    blank = np.zeros((100, 100, 3), np.uint8)
    assert detect_in_crop(Fickle(30), blank) == []
    (face,) = detect_in_crop(Fickle(90), blank)
    assert face.bbox.tolist() == [5, 5, 95, 95]
