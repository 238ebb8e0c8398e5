"""BlazeFace and the face mesh in onnxruntime against those in PyTorch."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.faces import BlazeFace, FaceMesh, read_image
from mmfer.runtime.mediapipe_networks import OnnxBlazeFace, OnnxFaceMesh
from tests.apis.model_files import ASTRONAUT
from tests.onnx_files import exported


@pytest.fixture(scope='module')
def blaze(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('onnx') / 'blazeface.onnx'
    path.write_bytes(exported('detector', 'blazeface'))
    return path


@pytest.fixture(scope='module')
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('onnx') / 'facemesh.onnx'
    path.write_bytes(exported('landmarker', 'facemesh'))
    return path


@pytest.fixture(scope='module')
def photo() -> np.ndarray:
    return read_image(ASTRONAUT)


def test_the_same_faces_are_found(blaze: Path, photo: np.ndarray) -> None:
    crowd = np.tile(photo[:230, 20:240], (2, 2, 1))
    found, expected = OnnxBlazeFace(blaze, threshold=0.4), BlazeFace(threshold=0.4)
    for image, count in ((photo, 1), (crowd, 4), (np.zeros((30, 50, 3), np.uint8), 0)):
        faces = found.detect(image)
        assert len(faces) == count
        for a, b in zip(faces, expected.detect(image), strict=True):
            assert a.score == pytest.approx(b.score, abs=1e-4)
            np.testing.assert_allclose(a.bbox, b.bbox, atol=1e-2)
            np.testing.assert_allclose(a.landmarks, b.landmarks, atol=1e-2)


def test_faces_are_judged_alike(blaze: Path, photo: np.ndarray) -> None:
    boxes = np.array([[80.0, 70, 170, 180], [0, 0, 60, 60]])
    found, expected = (one.presence(photo, boxes) for one in (OnnxBlazeFace(blaze), BlazeFace()))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert found[0] > 0.7 > 0.3 > found[1]


def test_the_options_are_those_of_blaze_face(blaze: Path, photo: np.ndarray) -> None:
    assert OnnxBlazeFace(blaze, min_face_size=200).detect(photo) == []
    assert OnnxBlazeFace(blaze).borders == BlazeFace.borders
    with pytest.raises(ValueError, match='between 0 and 1'):
        OnnxBlazeFace(blaze, threshold=1.0)


@pytest.mark.parametrize('angle', [0, 35])
def test_the_same_landmarks_are_found(mesh: Path, photo: np.ndarray, angle: int) -> None:
    boxes = np.array([[81.5, 73, 171, 178], [70, 60, 160, 190]])
    turn = cv2.getRotationMatrix2D((126, 125), angle, 1)
    image = cv2.warpAffine(photo, turn, photo.shape[1::-1])
    exported, original = OnnxFaceMesh(mesh), FaceMesh()
    found, expected = exported.detect(image, boxes), original.detect(image, boxes)
    np.testing.assert_allclose(found[0], expected[0], atol=2e-2)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-3)
    np.testing.assert_allclose(
        exported.mesh(image, boxes)[0], original.mesh(image, boxes)[0], atol=2e-2
    )


def test_no_boxes_have_no_landmarks(mesh: Path, photo: np.ndarray) -> None:
    points, scores = OnnxFaceMesh(mesh).detect(photo, np.zeros((0, 4)))
    assert points.shape == (0, 68, 2) and scores.shape == (0, 68)
