import numpy as np

from mmfer.faces import KEYPOINT_NAMES, Face


def test_whole_image_is_a_face_without_detector():
    face = Face.of_whole_image(np.zeros((20, 30, 3), np.uint8))
    assert face.bbox.tolist() == [0, 0, 30, 20]
    assert face.score is None
    assert face.landmarks is None


def test_five_points_have_names():
    assert len(KEYPOINT_NAMES) == len(set(KEYPOINT_NAMES)) == 5
