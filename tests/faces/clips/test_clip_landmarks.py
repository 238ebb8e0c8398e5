import cv2
import numpy as np
import pytest

from mmfer.faces import (
    Face,
    FaceLandmarker,
    ImageFaces,
    SidecarLandmarks,
    image_decoder,
    open_clip,
    write_sidecar,
)
from mmfer.faces.clips.clip_landmarks import CHECK_PERSON, DetectedLandmarks, given_landmarks
from tests.faces.other_person import other_person
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

    def presence(self, image, boxes):
        return np.ones(len(boxes))

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


def test_landmarks_are_shrunk_with_large_frames(tmp_path, monkeypatch):
    folder = write_frames(tmp_path / 'raw' / 'EP01', photo_clip(3, 1), 1)
    names = [f'raw/EP01/img{i}.jpg' for i in (1, 2, 3)]
    known = SidecarLandmarks(sidecar(tmp_path, names, [POINTS] * 3))
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 340 * 280 - 1)
    clip = open_clip(folder)
    assert clip.frame(0).shape == (170, 140, 3)
    # The center of the first of the small pixels is at 0.5 in the file.
    np.testing.assert_allclose(known.of(clip), np.stack([(POINTS - 0.5) / 2] * 3))


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


@pytest.mark.parametrize(
    ('face', 'followed'), [('left', 'moving'), ('right', 'still'), ('largest', 'moving')]
)
def test_one_of_two_people_is_followed_by_choice(face, followed):
    clip = photo_clip(3, 1)
    small = cv2.resize(clip[0], (210, 255))
    small = cv2.copyMakeBorder(small, 42, 43, 35, 35, cv2.BORDER_REPLICATE)
    find = DetectedLandmarks(FaceLandmarker(), face=face)
    frames = [np.concatenate([frame, small], axis=1) for frame in clip]
    points = find(0, frames[0])
    assert (points[:, 0].mean() < 280) == (followed == 'moving')
    choice = (
        f'2 faces are shown; the {face} one is followed. Choose another by face='
        + ' or '.join(repr(one) for one in ('best', 'largest', 'left', 'right') if one != face)
        + ', or by its number from the left, from 0.'
    )
    assert find.messages == [choice]
    # The followed face leaves, the other one does not take its place.
    gone = frames[1].copy()
    gone[:, slice(0, 280) if followed == 'moving' else slice(280, None)] = 127
    assert find(1, gone) is None
    again = find(2, frames[2])
    assert np.abs(again.mean(axis=0) - points.mean(axis=0)).max() < 5
    assert find.messages == [choice, CHECK_PERSON]


@pytest.mark.parametrize(('number', 'left'), [(0, True), (1, False)])
def test_a_face_is_chosen_by_its_number(number: int, left: bool):
    frame = photo_clip(3, 1)[0]
    two = np.concatenate([frame, frame], axis=1)
    find = DetectedLandmarks(FaceLandmarker(), face=number)
    points = find(0, two)
    assert points is not None and (points[:, 0].mean() < frame.shape[1]) == left
    assert find.messages == []
    with pytest.raises(ValueError, match=r'face=2: .* shows only 2, .*Give a number up to 1'):
        DetectedLandmarks(FaceLandmarker(), face=2)(0, two)


def test_a_face_that_is_lost_alone_needs_no_check_of_the_person():
    clip = photo_clip(3, 1)
    find = DetectedLandmarks(FaceLandmarker())
    assert find(0, clip[0]) is not None
    assert find(1, np.zeros_like(clip[1])) is None
    assert find(2, clip[2]) is not None
    assert find.messages == []


@pytest.mark.parametrize('level', [0, 127, 255, 'noise'])
def test_a_frame_without_a_face_has_no_landmarks(level):
    clip = photo_clip(3, 1)
    find = DetectedLandmarks(FaceLandmarker())
    assert find(0, clip[0]) is not None
    faceless = np.random.default_rng(0).integers(0, 256, clip[0].shape, np.uint8)
    if level != 'noise':
        faceless[:] = level
    assert find(1, faceless) is None
    assert find(2, clip[2]) is not None


def test_an_unknown_choice_of_a_face_is_refused():
    for face in ('tallest', -1):
        with pytest.raises(ValueError, match=f'face={face!r} is unknown'):
            DetectedLandmarks(FaceLandmarker(), face=face)


def test_people_who_change_places_are_told_apart():
    clip = photo_clip(6, 3)
    frames = [np.concatenate([frame, other_person()], axis=1) for frame in clip]
    find = DetectedLandmarks(FaceLandmarker(), face='left')
    first = find(0, frames[0])
    assert first[:, 0].mean() < 280
    swapped = [np.concatenate([other_person(), frame], axis=1) for frame in clip]
    # A face cannot be further away than it may have moved since it was seen.
    assert find(1, swapped[1]) is None
    found = find(2, swapped[2])
    assert np.abs(found.mean(axis=0) - first.mean(axis=0) - [280, 0]).max() < 5
    assert find.unlike == [1]
    alone = swapped[3].copy()
    alone[:, 280:] = 127
    assert find(3, alone) is None
