"""What an exported file says about its model."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmfer.apis import FERInferencer
from mmfer.engine.runtimes.onnx_model import with_metadata
from mmfer.runtime.onnx_file import OnnxFile
from tests.apis.model_files import ASTRONAUT
from tests.onnx_files import CLASSES, METADATA, expected_scores, mean_color


def write(path: Path, **changed: Any) -> Path:
    content = mean_color().SerializeToString()
    path.write_bytes(with_metadata(content, METADATA | changed))
    return path


def test_a_file_alone_reads_photographs(tmp_path: Path) -> None:
    inferencer = FERInferencer(write(tmp_path / 'a.onnx'))
    (result,) = inferencer(ASTRONAUT)['results']
    (face,) = result['faces']
    assert list(face['scores']) == CLASSES and not result['failed']
    assert inferencer.alignment is not None and inferencer.alignment.size == 48
    assert inferencer.loaded.card == {'name': 'mean color'}
    assert inferencer.describe()['calibrated']


def test_scores_are_calibrated(tmp_path: Path) -> None:
    crop = np.zeros((8, 8, 3), np.uint8)
    crop[..., 0] = 255
    (found,) = FERInferencer(write(tmp_path / 'a.onnx')).classify([crop])
    (scores,) = expected_scores(crop.transpose(2, 0, 1)[None])
    roots = np.sqrt(scores)  # the temperature is 2
    np.testing.assert_allclose(list(found.values()), roots / roots.sum(), atol=1e-6)


def test_unknown_attributes_have_no_score(tmp_path: Path) -> None:
    path = write(tmp_path / 'a.onnx', of_attributes=True, unknown_attributes=['anger'])
    (found,) = FERInferencer(path).classify([np.zeros((8, 8, 3), np.uint8)])
    assert list(found) == ['happiness', 'sadness']


def test_a_file_without_metadata_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'a.onnx'
    path.write_bytes(mean_color().SerializeToString())
    with pytest.raises(ValueError, match='does not say how to prepare faces.*another program'):
        OnnxFile.read(path)


def test_names_have_spaces_and_joiners_of_any_script(tmp_path: Path) -> None:
    names = ['بی\u200cطرف', 'très\u00a0gai', '微\u3000笑']
    (found,) = FERInferencer(write(tmp_path / 'a.onnx', classes=names)).classify(
        [np.zeros((8, 8, 3), np.uint8)]
    )
    assert list(found) == names


def with_step(step: dict[str, Any]) -> dict[str, Any]:
    changed = deepcopy(METADATA['preprocessing'])
    changed['pipeline'].insert(1, step)
    return changed


@pytest.mark.parametrize(
    ('changed', 'message'),
    [
        (dict(format=2), 'format 2, but this version of mmfer reads format 1'),
        (dict(classes='anger'), 'classes: expected array, got str'),
        (dict(classes=['a', 'a', 'b']), 'each needs its own name'),
        (dict(format='1'), "format '1', but this version of mmfer reads format 1"),
        (dict(classes=['a', '\x1b[2J', 'b']), r"the class '\\x1b\[2J'. A name has 1 to 200"),
        (dict(classes=['a', ' ', 'b']), "the class ' '. A name has 1 to 200"),
        (dict(classes=['a', 'c' * 201, 'b']), r"the class 'c{200}'. A name has 1 to 200"),
        (dict(classes=['a', '\u202eb', 'c']), r"the class '\\u202eb'. A name has 1 to 200"),
        (dict(classes=['a', '\u2066b', 'c']), r"the class '\\u2066b'. A name has 1 to 200"),
        (dict(classes=['a', '\u200c\u00a0', 'c']), r"the class '\\u200c\\xa0'. A name has 1"),
        (dict(classes=[]), 'each needs its own name'),
        (dict(unknown_attributes=['anger']), 'of a model of attributes may be unknown'),
        (dict(of_attributes=True, unknown_attributes=CLASSES), 'only some of the attributes'),
        (dict(face_crop=7), 'face_crop: expected object'),
        (dict(face_crop=dict(type='box', size='48')), 'Give a whole number for size'),
        (dict(calibration=dict(temperature=-1)), 'has no temperature'),
        (dict(preprocessing={}), 'missing required field pipeline'),
        (dict(preprocessing=with_step(dict(type='os.system', command='id'))), 'os.system'),
    ],
)
def test_bad_metadata_are_refused(tmp_path: Path, changed: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FERInferencer(write(tmp_path / 'a.onnx', **changed))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='There is no ONNX file'):
        FERInferencer(tmp_path / 'a.onnx')


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(backend='pytorch'), 'The model is an ONNX file, which PyTorch cannot run'),
        (dict(backend='tensorrt'), "backend='tensorrt': give one of pytorch, onnxruntime"),
    ],
)
def test_a_backend_that_does_not_fit_is_refused(
    tmp_path: Path, options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        FERInferencer(write(tmp_path / 'a.onnx'), **options)


def test_a_config_next_to_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='needs no config'):
        FERInferencer('my_config.py', write(tmp_path / 'a.onnx'))
