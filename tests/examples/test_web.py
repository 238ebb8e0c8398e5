"""examples/web in Node: the same input and the same answer as in Python."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmfer.apis import OnnxInferencer
from mmfer.engine.runtimes.onnx_model import with_metadata
from mmfer.runtime.preparation import build_steps, network_input
from tests.helpers import ROOT
from tests.onnx_files import METADATA, mean_color

WEB = ROOT / 'examples' / 'web'
RUNTIME = WEB / 'node_modules' / 'onnxruntime-web' / 'dist' / 'ort.wasm.min.mjs'
GRAY = dict(type='RandomGrayscale', prob=1.0, keep_channels=True)

pytestmark = pytest.mark.skipif(shutil.which('node') is None, reason='Node is not installed.')


def write_model(folder: Path, *steps: dict[str, Any]) -> Path:
    path = folder / 'a.onnx'
    pipeline = [dict(type='LoadExpressionImage'), *steps, dict(type='PackExpression')]
    facts = METADATA | dict(preprocessing=dict(pipeline=pipeline))
    path.write_bytes(with_metadata(mean_color().SerializeToString(), facts))
    return path


def run(model: Path, crop: np.ndarray, *runtime: Path) -> subprocess.CompletedProcess[str]:
    image = dict(width=crop.shape[1], height=crop.shape[0], data=crop.flatten().tolist())
    file = model.with_suffix('.json')
    file.write_text(json.dumps(image))
    main = Path(__file__).with_name('web_main.mjs')
    command = ['node', main, WEB / 'fer.js', model, file, *runtime]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(
    'steps',
    [
        [dict(type='ResizeFace', size=8)],
        [dict(type='ResizeFace', size=31)],
        [dict(type='ResizeFace', size=48)],
        [dict(type='ResizeFace', size=9), GRAY, dict(type='ResizeFace', size=16)],
        [GRAY | dict(channel_weights=[1, 2, 3])],
    ],
)
def test_the_input_is_that_of_python(tmp_path: Path, steps: list[dict[str, Any]]) -> None:
    crop = np.random.default_rng(0).integers(0, 256, (24, 30, 3), np.uint8)
    check_input(tmp_path, steps, crop)


@pytest.mark.parametrize('shape', [(60, 140), (140, 60), (79, 81), (1, 200), (80, 33), (90, 80)])
def test_one_side_shrinks_and_the_other_grows_as_in_python(
    tmp_path: Path, shape: tuple[int, int]
) -> None:
    crop = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    check_input(tmp_path, [dict(type='ResizeFace', size=80)], crop)


@pytest.mark.parametrize('weights', [[1, 1, 1], [1, 2, 3], [0.299, 0.587, 0.114]])
def test_gray_values_are_those_of_python_to_the_bit(tmp_path: Path, weights: list[float]) -> None:
    # A third of each channel of 7, 7, 7 is a little less than 7 in sum, which is rounded down.
    values = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    steps = [GRAY | dict(channel_weights=weights)]
    done = run(write_model(tmp_path, *steps), values)
    assert done.returncode == 0, done.stderr
    expected = network_input(build_steps(steps, 'a.onnx'), values)
    assert json.loads(done.stdout)['values'] == expected.flatten().tolist()


def check_input(tmp_path: Path, steps: list[dict[str, Any]], crop: np.ndarray) -> None:
    done = run(write_model(tmp_path, *steps), crop)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    expected = network_input(build_steps(steps, 'a.onnx'), crop[..., ::-1])
    assert found['shape'] == [1, *expected.shape]
    # OpenCV rounds the shares of pixels to eleven bits.
    difference = np.array(found['values']).reshape(expected.shape) - expected
    assert np.abs(difference).max() <= 1 and (difference != 0).mean() < 0.2
    assert found['metadata']['classes'] == METADATA['classes']


def test_the_answer_is_that_of_python(tmp_path: Path) -> None:
    if not RUNTIME.is_file():
        pytest.skip('onnxruntime-web is not there: run "npm install" in examples/web.')
    crop = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    model = write_model(tmp_path, dict(type='ResizeFace', size=8))
    done = run(model, crop, RUNTIME)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)['answer']
    (expected,) = OnnxInferencer(model).classify([crop])
    assert [name for name, _ in answer] == sorted(expected, key=lambda name: -expected[name])
    found = dict(answer)
    np.testing.assert_allclose([found[n] for n in expected], list(expected.values()), atol=1e-5)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (mean_color().SerializeToString(), 'has no metadata of mmfer'),
        (mean_color().SerializeToString()[:-5], 'is truncated'),
        (b'\xff' * 40, 'no ONNX file|truncated'),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / 'a.onnx'
    path.write_bytes(content)
    done = run(path, np.zeros((8, 8, 3), np.uint8))
    assert done.returncode == 1
    assert re.search(message, done.stderr)


def test_a_step_that_the_page_cannot_do_is_refused(tmp_path: Path) -> None:
    done = run(write_model(tmp_path, dict(type='AlignFace')), np.zeros((8, 8, 3), np.uint8))
    assert done.returncode == 1 and 'This page cannot do the step {"type":"AlignFace"}' in (
        done.stderr
    )


def test_the_page_shows_the_answer_for_the_files_chosen_last(tmp_path: Path) -> None:
    model = write_model(tmp_path)
    main = Path(__file__).with_name('web_page.mjs')
    command = ['node', *map(str, (main, WEB, model))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    page = json.loads(done.stdout)
    assert page['message'] == 'Done.'
    assert page['cells'][:2] == [METADATA['classes'][2], '100.0 %']
    assert len(page['cells']) == 2 * len(METADATA['classes'])
