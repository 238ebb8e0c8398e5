from pathlib import Path

import numpy as np

from mmfer.faces import MTCNN, Face, FaceLandmarker, read_image
from mmfer.faces.detection.face_finder import FaceFinder
from mmfer.faces.detection.found_face import FaceJob, FoundFace, rounded_face

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'


def test_written_results_are_read_back():
    finder, image = FaceFinder(MTCNN(), FaceLandmarker()), read_image(ASTRONAUT)
    for found in (finder(FaceJob('a', lambda: image)), FoundFace('b', error='broken')):
        again = FoundFace.from_dict(found.to_dict())
        assert again.to_dict() == found.to_dict()
        assert again.problem == found.problem
    face = Face(np.array([0.0, 0, 2, 3]))
    assert FoundFace.from_dict(FoundFace('c', 9, 9, face, 1).to_dict()).face.score is None


def test_coordinates_are_rounded_to_hundredths():
    points = np.full((5, 2), 1.23456)
    face = rounded_face(Face(np.array([0.001, 1.005, 2.999, 3.14159]), 0.123456, points))
    assert face.bbox.tolist() == [0, 1, 3, 3.14]
    assert face.score == 0.1235
    assert face.landmarks.tolist() == [[1.23, 1.23]] * 5
    assert face.landmarks68 is None
