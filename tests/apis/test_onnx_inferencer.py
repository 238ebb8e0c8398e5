"""Photographs read by exported files alone."""

import json
import re
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmfer.apis import FERInferencer, OnnxInferencer, onnx_inferencer
from mmfer.apis.onnx_export import onnx_file
from mmfer.checks import openmmlab
from mmfer.engine.runtimes.onnx_model import with_metadata
from mmfer.faces import MTCNN, BlazeFace, FaceLandmarker, FaceMesh, read_image
from mmfer.faces.detection.face_finder import Landmarker
from mmfer.shipped_models import DEFAULT
from tests.apis import torch_free_main
from tests.environments import environment_without, run_python
from tests.helpers import ROOT
from tests.onnx_files import CLASSES, METADATA, expected_scores, exported, mean_color

PHOTO = ROOT / 'docs' / 'photos' / 'astronaut.jpg'


@pytest.fixture
def colors(tmp_path: Path) -> Path:
    """A small classifier, whose scores are those of the mean color."""
    path = tmp_path / 'colors.onnx'
    path.write_bytes(with_metadata(mean_color().SerializeToString(), METADATA))
    return path


SETS = {
    ('mtcnn', 'mmfer'): (MTCNN, FaceLandmarker),
    ('blazeface', 'facemesh'): (BlazeFace, FaceMesh),
}
"""The networks of files, and the classes that run them in PyTorch."""


def test_a_photograph_has_the_same_answer_where_pytorch_is_not_installed(tmp_path: Path) -> None:
    shipped = FERInferencer()
    model = tmp_path / 'model.onnx'
    model.write_bytes(onnx_file(shipped.loaded)[0])
    python = environment_without(tmp_path / 'environment', torch_free_main.ABSENT)
    for names, (detector, landmarker) in SETS.items():
        paths = [tmp_path / f'{name}.onnx' for name in names]
        for kind, path in zip(('detector', 'landmarker'), paths, strict=True):
            path.write_bytes(exported(kind, path.stem))
        arguments = ('-m', torch_free_main.__name__, *map(str, (model, *paths, PHOTO)))
        done = run_python(python, *arguments)
        assert done.returncode == 0, done.stderr
        expected = FERInferencer(detector=detector())(PHOTO)
        check_answer(json.loads(done.stdout), expected, landmarker())


def check_answer(found: dict[str, Any], expected: dict[str, Any], landmarker: Landmarker) -> None:
    """An answer has one face, and it is that of another answer, with landmarks."""
    assert found['model'] == expected['model']
    (result,), (wanted,) = found['results'], expected['results']
    (face,), (same,) = result['faces'], wanted['faces']
    assert (result['message'], face['label']) == ('1 face found.', same['label'])
    for name in ('bbox', 'landmarks'):  # rounded to hundredths of a pixel
        np.testing.assert_allclose(face[name], same[name], atol=0.011)
    scores = [list(one['scores'].values()) for one in (face, same)]
    np.testing.assert_allclose(*scores, atol=1e-4)
    points, _ = landmarker.detect(read_image(PHOTO), np.array([same['bbox']]))
    np.testing.assert_allclose(face['landmarks68'], points[0], atol=0.05)


def test_face_crops_have_calibrated_scores(colors: Path) -> None:
    crops = list(np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), np.uint8))
    found = OnnxInferencer(colors, batch_size=2).classify(crops)
    roots = np.sqrt(expected_scores(np.stack(crops).transpose(0, 3, 1, 2)))  # temperature 2
    expected = roots / roots.sum(axis=1, keepdims=True)
    assert [list(one) for one in found] == [CLASSES] * 5
    np.testing.assert_allclose([list(one.values()) for one in found], expected, atol=1e-6)


def test_the_shipped_detector_is_the_default(colors: Path) -> None:
    inferencer = OnnxInferencer(colors)
    (result,) = inferencer(PHOTO)['results']
    (expected,) = MTCNN().detect(read_image(PHOTO))
    np.testing.assert_allclose(result['faces'][0]['bbox'], expected.bbox, atol=0.01)
    (result,) = inferencer(PHOTO, detect=False)['results']
    assert list(result['faces'][0]['scores']) == CLASSES


@pytest.mark.parametrize('model', [None, DEFAULT])
def test_the_shipped_model_is_the_default(model: str | None) -> None:
    found, expected = OnnxInferencer(model)(PHOTO), FERInferencer()(PHOTO)
    assert found['model'] == expected['model']
    face, same = (one['results'][0]['faces'][0] for one in (found, expected))
    assert face['label'] == same['label'] == 'happiness'
    np.testing.assert_allclose(face['bbox'], same['bbox'], atol=0.01)


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (
            dict(config=__file__),
            f'"{__file__}", neither an .onnx file nor {DEFAULT}, needs PyTorch',
        ),
        (dict(config='rald_r18_ferplus'), '"rald_r18_ferplus", neither an .onnx file nor'),
        (dict(checkpoint=__file__), f'"{__file__}", neither an .onnx file'),
        (dict(config='a.py', checkpoint='a.onnx'), 'A config with a checkpoint needs PyTorch'),
        (dict(device='cuda'), 'The device cuda needs PyTorch'),
        (dict(backend='pytorch'), "backend='pytorch' needs PyTorch"),
        (dict(backend='tensorrt'), "backend='tensorrt': give one of pytorch, onnxruntime"),
    ],
)
def test_without_pytorch_the_same_arguments_are_taken_or_refused(
    arguments: dict[str, str], said: str, colors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openmmlab, 'missing_modules', lambda: ['torch'])
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        onnx_inferencer.FERInferencer(**arguments)
    assert 'pip install torch' in str(caught.value) or 'give one of' in said
    for same in (dict(config=colors), dict(checkpoint=colors), dict(config=str(colors))):
        inferencer = onnx_inferencer.FERInferencer(**same, backend='onnxruntime', batch_size=3)
        assert inferencer.classes == tuple(CLASSES) and inferencer.batch_size == 3


@pytest.mark.parametrize('arguments', [dict(config='my.pth'), dict(checkpoint='my')])
def test_without_pytorch_a_wrong_path_is_only_wrong(
    arguments: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openmmlab, 'missing_modules', lambda: ['torch'])
    with pytest.raises(FileNotFoundError, match='There is no model "my'):
        onnx_inferencer.FERInferencer(**arguments)


def test_both_classes_take_the_same_arguments() -> None:
    ours = signature(onnx_inferencer.FERInferencer).parameters
    assert list(ours) == list(signature(FERInferencer).parameters)


def test_a_detector_in_python_can_be_given(colors: Path) -> None:
    class Nothing:
        def detect(self, image: np.ndarray) -> list:
            return []

    (result,) = OnnxInferencer(colors, Nothing())(PHOTO)['results']
    assert result['message'] == 'No face found.'


def test_preprocessing_that_needs_pytorch_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'a.onnx'
    steps = [dict(type='LoadExpressionImage'), dict(type='AlignFace', size=8)]
    facts = METADATA | dict(preprocessing=dict(pipeline=steps))
    path.write_bytes(with_metadata(mean_color().SerializeToString(), facts))
    with pytest.raises(ValueError, match='AlignFace.*needs PyTorch'):
        OnnxInferencer(path)


def test_bad_numbers_are_refused(colors: Path) -> None:
    for size in (0, 'a', None, 1.5):
        with pytest.raises(ValueError, match=f'batch_size={size!r}: give a whole number'):
            OnnxInferencer(colors, batch_size=size)
    for threshold in (1.5, 'a', None):
        with pytest.raises(ValueError, match=f'unsure_below={threshold!r}: give a probability'):
            OnnxInferencer(colors, unsure_below=threshold)
