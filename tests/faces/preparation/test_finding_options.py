import json

import pytest

from mmfer.faces import BlazeFace, FaceMesh
from mmfer.faces.preparation.finding_options import FindingOptions


def test_options_out_of_range(tmp_path):
    with pytest.raises(ValueError, match='min_face_size=3'):
        FindingOptions(min_face_size=3).build()
    with pytest.raises(FileNotFoundError, match='nothing.npz'):
        FindingOptions(weights=str(tmp_path / 'nothing.npz')).to_dict()


def test_weights_are_identified_by_content(tmp_path):
    from mmfer.faces.detection.landmarker import WEIGHTS

    copy = tmp_path / 'copy.npz'
    copy.write_bytes(WEIGHTS.read_bytes())
    assert FindingOptions(weights=str(copy)).to_dict() == FindingOptions().to_dict()
    copy.write_bytes(WEIGHTS.read_bytes() + b'\0')
    assert FindingOptions(weights=str(copy)).to_dict() != FindingOptions().to_dict()


def test_the_choice_of_detector_and_landmarker():
    options = FindingOptions(30, detector='blazeface', landmarker='facemesh', rotations=(90,))
    finder = options.build()
    assert isinstance(finder.detector, BlazeFace) and finder.detector.min_face_size == 30
    assert isinstance(finder.landmarker, FaceMesh) and finder.rotations == (90,)
    assert options.to_dict()['weights'] != FindingOptions().to_dict()['weights']
    assert options.to_dict() != FindingOptions(30, landmarker='facemesh').to_dict()


def test_options_are_the_same_after_json():
    values = FindingOptions(rotations=(90, 180)).to_dict()
    assert json.loads(json.dumps(values)) == values
