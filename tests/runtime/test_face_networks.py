"""The default detector and landmarker in onnxruntime against those in PyTorch."""

from pathlib import Path

import numpy as np
import pytest

from mmfer.engine.runtimes.onnx_model import with_metadata
from mmfer.faces import MTCNN, FaceLandmarker, read_image
from mmfer.runtime.face_networks import OnnxDetector, OnnxLandmarker
from tests.apis.model_files import ASTRONAUT
from tests.onnx_files import constant_outputs, exported


@pytest.fixture(scope='module')
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('onnx')
    paths = {kind: folder / f'{kind}.onnx' for kind in ('detector', 'landmarker')}
    for (kind, path), name in zip(paths.items(), ('mtcnn', 'mmfer'), strict=True):
        path.write_bytes(exported(kind, name))
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


def test_a_file_of_another_kind_is_refused(files: dict[str, Path]) -> None:
    with pytest.raises(ValueError, match='is no detector that this version of mmfer reads'):
        OnnxDetector(files['landmarker'])
    with pytest.raises(ValueError, match='is no landmarker .* "mmfer export landmarker --out'):
        OnnxLandmarker(files['detector'])


def test_maps_of_another_size_are_refused(tmp_path: Path) -> None:
    """The offsets of the proposal network belong to a smaller map than the probabilities."""
    outputs = {
        name: np.zeros(shape, np.float32)
        for name, shape in {
            'proposal_faces': (1, 7, 10),
            'proposal_boxes': (1, 4, 2, 2),
            'refinement_faces': (0,),
            'refinement_boxes': (0, 4),
            'output_faces': (0,),
            'output_boxes': (0, 4),
            'output_points': (0, 5, 2),
        }.items()
    }
    model = constant_outputs(['proposal', 'refinement', 'output'], outputs)
    path = tmp_path / 'a.onnx'
    path.write_bytes(with_metadata(model.SerializeToString(), dict(kind='detector', format=1)))
    with pytest.raises(ValueError, match=r'"proposal_boxes" the shape .* not \(1, 4, 7, 10\)'):
        OnnxDetector(path).run_proposal(np.zeros((1, 24, 30, 3), np.uint8))


@pytest.mark.parametrize('height', range(12, 20))
def test_the_proposal_network_takes_every_size(files: dict[str, Path], height: int) -> None:
    images = np.zeros((1, height, 31, 3), np.uint8)
    faces, _ = OnnxDetector(files['detector']).run_proposal(images)
    assert faces.shape == MTCNN().run_proposal(images)[0].shape
