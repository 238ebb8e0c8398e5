from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.faces import MTCNN, read_image
from mmfer.faces.boxes import box_overlap

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'
# Measured by hand in an enlargement: hairline to chin, cheek to cheek; pupils, nose, mouth corners.
BOX = np.array([81.5, 73, 171, 178])
POINTS = np.array([[103.3, 100.7], [146.3, 103.5], [124.5, 124.7], [105.6, 141.2], [144.1, 142]])


@pytest.fixture(scope='module')
def image():
    return read_image(ASTRONAUT)


@pytest.fixture(scope='module')
def detector():
    return MTCNN()


def test_one_face_and_its_points_are_found(detector, image):
    (face,) = detector.detect(image)
    assert face.score > 0.9
    assert box_overlap(face.bbox, BOX[None])[0] > 0.7
    assert np.abs(face.landmarks - POINTS).max() < 5


def test_colors_and_orientation_matter(detector, image):
    assert detector.detect(image[::-1].copy()) == []


@pytest.mark.parametrize('factor', [0.5, 2.0])
def test_boxes_scale_with_the_image(detector, image, factor):
    resized = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    (face,) = detector.detect(resized)
    assert box_overlap(face.bbox, BOX[None] * factor)[0] > 0.7


def test_large_image_is_shrunk_for_detection_only(image):
    large = cv2.resize(image, (2560, 2560))
    (face,) = MTCNN(max_side=512).detect(large)
    assert box_overlap(face.bbox, BOX[None] * 10)[0] > 0.7


def test_many_faces_are_found(detector, image):
    crowd = np.tile(image[:230, 20:240], (3, 4, 1))
    faces = detector.detect(crowd)
    assert len(faces) == 12
    for row in range(3):
        for column in range(4):
            shift = np.tile([column * 220 - 20, row * 230], 2)
            assert max(box_overlap(BOX + shift, np.stack([f.bbox for f in faces]))) > 0.6
    scores = [face.score for face in faces]
    assert scores == sorted(scores, reverse=True)


def test_a_face_at_the_border_is_found(detector, image):
    (face,) = detector.detect(image[:, 95:])
    assert face.bbox[0] < 0
    assert box_overlap(face.bbox, BOX[None] - (95, 0, 95, 0))[0] > 0.6


def test_min_face_size_excludes_smaller_faces(image):
    small = cv2.resize(image, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    assert len(MTCNN(min_face_size=14).detect(small)) == 1
    assert MTCNN(min_face_size=48).detect(small) == []


@pytest.mark.parametrize('shape', [(2, 300), (300, 2), (1, 1), (11, 11), (30, 30), (200, 13)])
def test_images_without_a_face_of_any_size(shape):
    detector = MTCNN(min_face_size=12)
    assert detector.detect(np.full((*shape, 3), 90, np.uint8)) == []


def test_noise_has_no_face(detector):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    assert detector.detect(noise) == []


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'min_face_size': 11}, 'below 12'),
        ({'thresholds': (0.5, 0.5)}, 'three numbers'),
        ({'thresholds': (0.5, 0.5, 1.5)}, 'between 0 and 1'),
        ({'max_side': 10}, 'max_side=10'),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        MTCNN(**options)


def test_grey_array_is_refused(detector):
    with pytest.raises(ValueError, match='not an image'):
        detector.detect(np.zeros((20, 20), np.uint8))


def test_presence_of_a_face_in_boxes():
    photo = read_image(ASTRONAUT)
    (face,) = MTCNN().detect(photo)
    boxes = np.stack([face.bbox, face.bbox + 90, [0, 0, 60, 60]])
    presence = MTCNN().presence(photo, boxes)
    assert presence.shape == (3,) and presence[0] > 0.99 and presence[1:].max() < 0.1
    assert MTCNN().presence(photo, np.zeros((0, 4))).shape == (0,)
