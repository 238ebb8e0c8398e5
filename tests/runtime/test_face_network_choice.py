"""The class of a detector or landmarker is that of its file."""

from pathlib import Path

import onnx
import pytest

from mmfer.engine.runtimes.onnx_model import with_metadata
from mmfer.faces.detection import choice
from mmfer.runtime.face_network_choice import (
    DETECTORS,
    LANDMARKERS,
    open_detector,
    open_landmarker,
)
from mmfer.runtime.face_networks import OnnxDetector, OnnxLandmarker
from mmfer.runtime.mediapipe_networks import OnnxBlazeFace, OnnxFaceMesh
from tests.onnx_files import exported, mean_color


def test_the_names_are_those_of_pytorch() -> None:
    assert tuple(DETECTORS) == choice.DETECTORS and tuple(LANDMARKERS) == choice.LANDMARKERS


@pytest.mark.parametrize(
    ('kind', 'name', 'expected'),
    [
        ('detector', 'mtcnn', OnnxDetector),
        ('detector', 'blazeface', OnnxBlazeFace),
        ('landmarker', 'mmfer', OnnxLandmarker),
        ('landmarker', 'facemesh', OnnxFaceMesh),
    ],
)
def test_every_file_is_opened_by_its_class(
    tmp_path: Path, kind: str, name: str, expected: type
) -> None:
    path = tmp_path / 'a.onnx'
    path.write_bytes(exported(kind, name))
    found = (open_detector if kind == 'detector' else open_landmarker)(path, threads=3)
    assert type(found) is expected
    assert found.network.session.get_session_options().intra_op_num_threads == 3


def test_a_file_of_an_earlier_version_is_opened(tmp_path: Path) -> None:
    model = onnx.ModelProto.FromString(exported('detector', 'mtcnn'))
    kept = [entry for entry in model.metadata_props if entry.key != 'network']
    assert len(kept) == len(model.metadata_props) - 1
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    path = tmp_path / 'detector.onnx'
    path.write_bytes(model.SerializeToString())
    assert type(open_detector(path)) is OnnxDetector


def test_unknown_and_unfit_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / 'a.onnx'
    content = mean_color().SerializeToString()
    path.write_bytes(
        with_metadata(content, dict(kind='detector', format=1, network='x\udc80' * 99))
    )
    with pytest.raises(
        ValueError, match=r"the detector 'x\?.*' ?, but .* mtcnn, blazeface"
    ) as error:
        open_detector(path)
    assert len(str(error.value)) < 300
    with pytest.raises(ValueError, match='is no landmarker that this version'):
        open_landmarker(path)
    path.write_bytes(with_metadata(content, dict(kind='detector', format=1, network='blazeface')))
    with pytest.raises(ValueError, match='has other inputs or outputs than the detector blazeface'):
        open_detector(path)
    path.write_bytes(exported('landmarker', 'facemesh')[:100000])
    with pytest.raises(ValueError, match='is no ONNX file, or is truncated'):
        open_landmarker(path)
