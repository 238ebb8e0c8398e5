"""Files of detectors and landmarkers, with faults."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmfer.engine.runtimes.onnx_model import with_metadata
from mmfer.runtime.face_network_file import FaceNetwork, as_input, network_name
from tests.onnx_files import constant_outputs, mean_color

NAMES = ['images', 'points', 'scores']
FACTS = dict(kind='landmarker', format=1)
GOOD = dict(points=np.ones((2, 68, 2), np.float32), scores=np.zeros((2, 68), np.float32))
SHAPES = {name: value.shape for name, value in GOOD.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'a.onnx'


def write(path: Path, outputs: dict[str, np.ndarray] = GOOD, **facts: Any) -> None:
    content = constant_outputs(['images'], outputs).SerializeToString()
    path.write_bytes(with_metadata(content, FACTS | facts))


def opened(path: Path) -> FaceNetwork:
    return FaceNetwork(path, 'landmarker', 'mmfer', NAMES)


def test_good_outputs_are_given(path: Path) -> None:
    write(path)
    found = opened(path).outputs(SHAPES, images=np.zeros((2, 9, 9, 3), np.uint8))
    for value, expected in zip(found, GOOD.values(), strict=True):
        np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize(
    ('changed', 'message'),
    [
        (dict(points=np.ones((2, 5, 2), np.float32)), r'"points" the shape \(2, 5, 2\), not'),
        (dict(scores=np.zeros((1, 68), np.float32)), r'"scores" the shape \(1, 68\), not \(2, 68'),
        (dict(scores=np.full((2, 68), np.nan, np.float32)), '"scores" values that are not floats'),
        (
            dict(points=np.full((2, 68, 2), np.inf, np.float32)),
            '"points" values that are not floats',
        ),
        (
            dict(points=np.full((2, 68, 2), -1e7, np.float32)),
            'values .* from -1,000,000 to 1,000,000',
        ),
        (
            dict(scores=np.zeros((2, 68), np.int64)),
            '"scores" values that are not floats of 32 bits',
        ),
    ],
)
def test_bad_outputs_are_refused(path: Path, changed: dict, message: str) -> None:
    write(path, GOOD | changed)
    network = opened(path)
    with pytest.raises(ValueError, match=f'"{path}" gives .*{message}.*mmfer export'):
        network.outputs(SHAPES, images=np.zeros((2, 9, 9, 3), np.uint8))


def test_a_file_without_a_name_has_the_default_network(path: Path) -> None:
    """Earlier versions wrote no name."""
    write(path)
    assert network_name(path, 'landmarker') == 'mmfer'
    write(path, network='facemesh')
    assert network_name(path, 'landmarker') == 'facemesh'
    with pytest.raises(ValueError, match='is no detector that this version of mmfer reads'):
        network_name(path, 'detector')


def test_another_network_is_refused(path: Path) -> None:
    write(path, network='facemesh')
    message = 'has the landmarker facemesh, not mmfer.*--network mmfer --out mmfer.onnx'
    with pytest.raises(ValueError, match=message):
        opened(path)


@pytest.mark.parametrize('changed', [dict(format=2), dict(kind='detector'), dict(kind=['x'])])
def test_another_form_is_refused(path: Path, changed: dict) -> None:
    write(path, **changed)
    with pytest.raises(ValueError, match='is no landmarker that this version of mmfer reads'):
        opened(path)


def test_metadata_that_are_no_json_are_refused(path: Path) -> None:
    model = mean_color()
    for name, text in (('kind', '[' * 100000), ('format', 'x')):
        model.metadata_props.add(key=name, value=text)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match='is no landmarker'):
        network_name(path, 'landmarker')


def test_other_outputs_are_refused(path: Path) -> None:
    write(path, dict(points=GOOD['points']))
    with pytest.raises(ValueError, match='has other inputs or outputs than the landmarker mmfer'):
        opened(path)


def test_a_missing_file_is_named(path: Path) -> None:
    for read in (opened, lambda found: network_name(found, 'landmarker')):
        with pytest.raises(FileNotFoundError, match='There is no ONNX file'):
            read(path)


def test_images_become_channels_of_floats() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3), np.uint8)
    found = as_input(images)
    assert found.dtype == np.float32 and found.shape == (2, 3, 4, 5)
    assert found[1, 2, 3, 4] == images[1, 3, 4, 2]
