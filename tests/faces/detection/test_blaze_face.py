from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.faces import MTCNN, BlazeFace, read_image
from mmfer.faces.boxes import box_overlap
from mmfer.faces.detection.face_finder import detect_in_crop

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'
# Measured by hand in an enlargement: hairline to chin, cheek to cheek; pupils, nose, mouth corners.
BOX = np.array([81.5, 73, 171, 178])
POINTS = np.array([[103.3, 100.7], [146.3, 103.5], [124.5, 124.7], [105.6, 141.2], [144.1, 142]])


@pytest.fixture(scope='module')
def image():
    return read_image(ASTRONAUT)


@pytest.fixture(scope='module')
def detector():
    return BlazeFace()


def test_one_face_and_its_points_are_found(detector, image):
    (face,) = detector.detect(image)
    assert face.score > 0.8
    assert box_overlap(face.bbox, BOX[None])[0] > 0.7
    assert np.abs(face.landmarks - POINTS).max() < 7


def test_the_box_is_framed_as_by_mtcnn(detector, image):
    (face,), (other,) = detector.detect(image), MTCNN().detect(image)
    assert box_overlap(face.bbox, other.bbox[None])[0] > 0.8


@pytest.mark.parametrize('shape', [(200, 256), (256, 180), (255, 131)])
def test_images_of_other_shapes(detector, image, shape):
    """The network sees a square; the borders around other shapes do not move the face."""
    (face,) = detector.detect(image[: shape[0], 40 : 40 + shape[1]])
    assert box_overlap(face.bbox, BOX[None] - (40, 0, 40, 0))[0] > 0.65


@pytest.mark.parametrize('factor', [0.3, 0.7, 3.0])
def test_boxes_scale_with_the_image(detector, image, factor):
    resized = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    (face,) = detector.detect(resized)
    assert box_overlap(face.bbox, BOX[None] * factor)[0] > 0.7


def test_several_faces_best_first(image):
    crowd = np.tile(image[:230, 20:240], (2, 2, 1))
    faces = BlazeFace().detect(crowd)
    assert len(faces) == 4
    scores = [face.score for face in faces]
    assert scores == sorted(scores, reverse=True)
    for row in range(2):
        for column in range(2):
            shift = np.tile([column * 220 - 20, row * 230], 2)
            assert max(box_overlap(BOX + shift, np.stack([f.bbox for f in faces]))) > 0.6


def test_the_threshold_and_the_smallest_face(image):
    (face,) = BlazeFace().detect(image)
    assert BlazeFace(threshold=face.score + 1e-3).detect(image) == []
    side = np.sqrt((face.bbox[2:] - face.bbox[:2]).prod())
    assert len(BlazeFace(min_face_size=int(side)).detect(image)) == 1
    assert BlazeFace(min_face_size=int(side) + 1).detect(image) == []


@pytest.mark.parametrize('shape', [(2, 300), (300, 2), (1, 1), (30, 30)])
def test_images_without_a_face_of_any_size(detector, shape):
    assert detector.detect(np.full((*shape, 3), 90, np.uint8)) == []


def test_noise_has_no_face(detector):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    assert detector.detect(noise) == []


def test_a_face_that_fills_the_image_needs_no_border(detector, image):
    tight = np.ascontiguousarray(image[60:180, 78:172])
    (face,) = detect_in_crop(detector, tight)
    assert box_overlap(face.bbox, BOX[None] - [78, 60, 78, 60])[0] > 0.7
    calls = []
    blank = np.full((50, 60, 3), 90, np.uint8)
    detector.detect, detect = lambda seen: calls.append(seen.shape) or detect(seen), detector.detect
    try:
        assert detect_in_crop(detector, blank) == []
    finally:
        del detector.detect
    assert calls == [blank.shape]


def test_presence_of_a_face_in_boxes(detector, image):
    (face,) = detector.detect(image)
    side = face.bbox[2] - face.bbox[0]
    boxes = np.stack([face.bbox, face.bbox + side / 4, face.bbox + 90, [0, 0, 60, 60]])
    presence = detector.presence(image, boxes)
    assert presence.shape == (4,) and presence[:2].min() > 0.7 and presence[2:].max() < 0.3
    assert detector.presence(image, np.zeros((0, 4))).shape == (0,)
    assert detector.presence(image, np.array([[400.0, 400, 500, 500]])).max() < 0.3


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'threshold': 1.0}, 'between 0 and 1'),
        ({'min_face_size': 0}, 'min_face_size=0'),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        BlazeFace(**options)


def test_grey_array_is_refused(detector):
    with pytest.raises(ValueError, match='not an image'):
        detector.detect(np.zeros((20, 20), np.uint8))
