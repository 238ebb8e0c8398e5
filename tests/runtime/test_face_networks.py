"""The detector and the landmarker in onnxruntime against those in PyTorch."""

import json
from pathlib import Path

import numpy as np
import pytest

from mmfer.engine.runtimes.face_networks import face_network
from mmfer.engine.runtimes.onnx_model import metadata_of, with_metadata
from mmfer.faces import KEYPOINT_NAMES, LANDMARK_NAMES, MTCNN, FaceLandmarker, read_image
from mmfer.runtime.face_networks import OnnxDetector, OnnxLandmarker
from tests.apis.model_files import ASTRONAUT
from tests.onnx_files import mean_color


@pytest.fixture(scope='module')
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('onnx')
    paths = {kind: folder / f'{kind}.onnx' for kind in ('detector', 'landmarker')}
    for kind, path in paths.items():
        path.write_bytes(face_network(kind))
    return paths


@pytest.fixture(scope='module')
def photo() -> np.ndarray:
    return read_image(ASTRONAUT)


def test_the_same_faces_are_found(files: dict[str, Path], photo: np.ndarray) -> None:
    crowd = np.tile(photo[:230, 20:240], (2, 2, 1))
    exported, original = OnnxDetector(files['detector'], min_face_size=40), MTCNN(40)
    for image, count in ((photo, 1), (crowd, 4), (photo[::-1].copy(), 0)):
        found, expected = exported.detect(image), original.detect(image)
        assert len(found) == len(expected) == count
        for a, b in zip(found, expected, strict=True):
            assert a.score == pytest.approx(b.score, abs=1e-4)
            np.testing.assert_allclose(a.bbox, b.bbox, atol=1e-3)
            np.testing.assert_allclose(a.landmarks, b.landmarks, atol=1e-3)


def test_faces_are_followed_and_judged_alike(files: dict[str, Path], photo: np.ndarray) -> None:
    boxes = np.array([[80.0, 70, 170, 180], [0, 0, 60, 60]])
    exported, original = OnnxDetector(files['detector']), MTCNN()
    np.testing.assert_allclose(
        exported.presence(photo, boxes), original.presence(photo, boxes), atol=1e-4
    )
    (found, _), (expected, _) = (one.follow(photo, boxes) for one in (exported, original))
    np.testing.assert_allclose(found.bbox, expected.bbox, atol=1e-3)


def test_the_same_landmarks_are_found(files: dict[str, Path], photo: np.ndarray) -> None:
    boxes = np.array([[81.5, 73, 171, 178], [70, 60, 160, 190]])
    found = OnnxLandmarker(files['landmarker']).detect(photo, boxes)
    expected = FaceLandmarker().detect(photo, boxes)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-2)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-4)


def test_the_files_say_what_they_take_and_give(files: dict[str, Path]) -> None:
    facts = [
        {name: json.loads(text) for name, text in metadata_of(path.read_bytes()).items()}
        for path in files.values()
    ]
    detector, landmarker = facts
    assert detector['windows'] == {'proposal': 12, 'refinement': 24, 'output': 48}
    assert detector['points'] == list(KEYPOINT_NAMES)
    assert landmarker['points'] == list(LANDMARK_NAMES) and landmarker['image_size'] == 112
    assert landmarker['face_crop']['margin'] == 0.1


def test_a_file_of_another_kind_is_refused(files: dict[str, Path]) -> None:
    with pytest.raises(ValueError, match='is no detector that this version of mmfer reads'):
        OnnxDetector(files['landmarker'])
    with pytest.raises(ValueError, match='is no landmarker .* "mmfer export landmarker --out'):
        OnnxLandmarker(files['detector'])


def test_a_file_with_other_inputs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'a.onnx'
    facts = dict(kind='landmarker', format=1)
    path.write_bytes(with_metadata(mean_color().SerializeToString(), facts))
    with pytest.raises(ValueError, match='has other inputs or outputs than a landmarker'):
        OnnxLandmarker(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='There is no ONNX file'):
        OnnxDetector(tmp_path / 'a.onnx')
