import pytest

from mmfer.faces import MTCNN, BlazeFace, FaceLandmarker, FaceMesh
from mmfer.faces.detection.choice import (
    DETECTORS,
    LANDMARKERS,
    build_detector,
    build_landmarker,
)


def test_every_name_builds_its_class():
    built = [type(build_detector(name)) for name in DETECTORS]
    assert built == [MTCNN, BlazeFace]
    built = [type(build_landmarker(name)) for name in LANDMARKERS]
    assert built == [FaceLandmarker, FaceMesh]


@pytest.mark.parametrize('name', DETECTORS)
def test_the_smallest_face_is_passed_on(name):
    assert build_detector(name, 33).min_face_size == 33


def test_wrong_choices_are_refused():
    with pytest.raises(ValueError, match="'dlib'. Give one of: mtcnn, blazeface"):
        build_detector('dlib')
    with pytest.raises(ValueError, match="'dlib'. Give one of: mmfer, facemesh"):
        build_landmarker('dlib')
    with pytest.raises(ValueError, match='has only its own weights'):
        build_landmarker('facemesh', 'own.npz')
