from dataclasses import replace

import numpy as np

from mmfer.faces import KEYPOINT_NAMES, LANDMARK_NAMES, Face
from mmfer.faces.image_decoder import LoadedImage


def test_whole_image_is_a_face_without_detector():
    face = Face.of_whole_image(np.zeros((20, 30, 3), np.uint8))
    assert face.bbox.tolist() == [0, 0, 30, 20]
    assert face.score is None
    assert face.landmarks is None


def test_five_points_have_names():
    assert len(KEYPOINT_NAMES) == len(set(KEYPOINT_NAMES)) == 5


def test_landmarks_have_names():
    assert len(LANDMARK_NAMES) == len(set(LANDMARK_NAMES)) == 68
    places = {'jaw_1': 0, 'jaw_17': 16, 'left_brow_1': 17, 'nose_bridge_4': 30, 'left_eye_1': 36}
    places |= {'right_eye_6': 47, 'outer_lips_1': 48, 'outer_lips_12': 59, 'inner_lips_8': 67}
    assert {name: LANDMARK_NAMES.index(name) for name in places} == places


def test_the_face_of_a_shrunk_image_goes_back_to_the_file():
    box, points = np.array([10.0, 20, 50, 90]), np.array([[12.0, 30], [44, 70]])
    for shrunk, pad in ((1, (0, 0)), (2, (1, 0)), (8, (5, 7))):
        loaded = LoadedImage(np.zeros((9, 9, 3), np.uint8), shrunk, pad)
        seen = Face(loaded.box(box), landmarks=loaded.points(points))
        found = replace(seen, landmarks68=seen.landmarks).scaled(shrunk, pad)
        np.testing.assert_allclose(found.bbox, box)
        np.testing.assert_allclose(found.landmarks, points)
        np.testing.assert_allclose(found.landmarks68, points)
