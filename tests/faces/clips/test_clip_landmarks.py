import numpy as np
import pytest

from mmfer.faces import Face, ImageFaces, SidecarLandmarks, open_clip, write_sidecar
from mmfer.faces.clips.clip_landmarks import DetectedLandmarks, given_landmarks
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames

POINTS = photo_landmarks()


class Landmarker:
    """A face whose position is the grey value of the frame; its scores are low if this is 0."""

    def __init__(self):
        self.boxes = []

    def detect(self, image, boxes):
        self.boxes.append(boxes[0])
        points = np.linspace(10, 50, 136).reshape(1, 68, 2) + image[0, 0, 0]
        return points, np.full((1, 68), 0.9 if image.max() > 0 else 0.1)


class Detector:
    def __init__(self):
        self.calls = 0

    def detect(self, image):
        self.calls += 1
        if image[45, 45, 0] == 0:
            return []
        boxes = np.array([[0.0, 0, 9, 9], [5, 5, 60, 70]])
        return [
            Face(box, score, np.zeros((5, 2))) for box, score in zip(boxes, (0.4, 0.9), strict=True)
        ]


def test_given():
    clip = open_clip(photo_clip(4, 2))
    assert given_landmarks(POINTS, clip)(3, clip.frame(3)) == pytest.approx(POINTS)
    each = np.stack([POINTS + i for i in range(4)])
    each[2, 7, 1] = np.nan
    find = given_landmarks(each, clip)
    assert find(2, clip.frame(2)) is None
    np.testing.assert_allclose(find(3, clip.frame(3)), POINTS + 3)
    with pytest.raises(ValueError, match=r'\(4, 68, 2\) for the 4 frames'):
        given_landmarks(each[:3], clip)


def sidecar(root, names, landmarks):
    (root / 'annotations').mkdir(exist_ok=True)
    path = root / 'annotations' / 'faces.json'
    images = []
    for name, points in zip(names, landmarks, strict=True):
        face = Face(np.array([1.0, 2, 30, 40]), 0.9, None, points, np.ones(68))
        images.append(ImageFaces(name, 280, 340, (face,) if points is not None else ()))
    write_sidecar(path, images)
    return path


def test_sidecar(tmp_path):
    folder = write_frames(tmp_path / 'raw' / 'sub01' / 'EP01', photo_clip(4, 2), 7)
    names = [f'raw/sub01/EP01/img{i}.jpg' for i in (7, 8, 9)]
    known = SidecarLandmarks(sidecar(tmp_path, names, [POINTS, None, POINTS + 2]))
    found = known.of(open_clip(folder))
    assert found.shape == (4, 68, 2)
    np.testing.assert_allclose(found[[0, 2]], [POINTS, POINTS + 2])
    assert np.isnan(found[[1, 3]]).all()


def test_the_largest_face_of_an_image_is_used(tmp_path):
    folder = write_frames(tmp_path / 'raw' / 'EP01', photo_clip(3, 1))
    box = np.array([1.0, 2, 30, 40])
    faces = [Face(box, 0.9, None, points, np.ones(68)) for points in (POINTS / 10, POINTS)]
    (tmp_path / 'annotations').mkdir()
    path = tmp_path / 'annotations' / 'faces.json'
    write_sidecar(path, [ImageFaces('raw/EP01/img1.jpg', 280, 340, tuple(faces))])
    np.testing.assert_allclose(SidecarLandmarks(path).of(open_clip(folder))[0], POINTS)


def test_the_sidecar_of_other_images_is_refused(tmp_path):
    folder = write_frames(tmp_path / 'raw' / 'EP01', photo_clip(3, 1))
    path = sidecar(tmp_path, ['raw/EP02/img1.jpg'], [POINTS])
    with pytest.raises(ValueError, match='no landmarks of frames in'):
        SidecarLandmarks(path).of(open_clip(folder))
    with pytest.raises(ValueError, match='not a folder of images'):
        SidecarLandmarks(path).of(open_clip(photo_clip(3, 1)))
    with pytest.raises(ValueError, match='no face with 68 landmarks'):
        SidecarLandmarks(sidecar(tmp_path, ['raw/EP02/img1.jpg'], [None]))
    with pytest.raises(FileNotFoundError, match='No sidecar'):
        SidecarLandmarks(tmp_path / 'missing.json')


def test_the_box_follows_the_face():
    landmarker, detector = Landmarker(), Detector()
    find = DetectedLandmarks(landmarker, detector)
    values = (3, 10, 10)
    found = [find(i, np.full((90, 90, 3), v, np.uint8)) for i, v in enumerate(values)]
    np.testing.assert_allclose(found[1], found[0] + 7)
    box = np.array([5, 5, 60, 70])
    np.testing.assert_allclose(landmarker.boxes, [box, box, box + 7])
    assert detector.calls == 1


def test_a_lost_face_is_detected_again():
    landmarker, detector = Landmarker(), Detector()
    find = DetectedLandmarks(landmarker, detector)
    frame, black = np.full((90, 90), 3, np.uint8), np.zeros((90, 90), np.uint8)
    assert find(0, frame) is not None
    assert find(1, black) is None
    calls = detector.calls
    assert calls > 1
    assert find(2, frame) is not None
    assert detector.calls == calls + 1
