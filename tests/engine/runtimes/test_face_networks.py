"""The shipped detectors and landmarkers by name."""

import pytest

from mmfer.engine.runtimes.face_networks import GRAPHS, face_network
from mmfer.faces.detection.choice import DETECTORS, LANDMARKERS
from mmfer.runtime.face_network_file import DEFAULTS


def test_the_names_are_those_of_pytorch_and_begin_with_the_defaults() -> None:
    assert tuple(GRAPHS['detector']) == DETECTORS and tuple(GRAPHS['landmarker']) == LANDMARKERS
    assert {kind: next(iter(graphs)) for kind, graphs in GRAPHS.items()} == DEFAULTS


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no landmarker 'mtcnn'. Give one of: mmfer, facemesh"):
        face_network('landmarker', 'mtcnn')
