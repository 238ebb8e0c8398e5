"""The preparation of examples/cpp, compiled: the same input and confidences as in Python."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mmfer.apis import OnnxInferencer
from mmfer.engine.runtimes.onnx_model import with_metadata
from mmfer.runtime.calibration import tempered
from mmfer.runtime.preparation import build_steps, network_input
from tests.helpers import ROOT
from tests.onnx_files import METADATA, mean_color

GRAY = dict(type='RandomGrayscale', prob=1.0, keep_channels=True)
PROGRAM = """
#include <iostream>
#include <opencv2/imgcodecs.hpp>
#include "preparation.hpp"
int main(int, char** arguments) {
    const auto input = mmfer::network_input(arguments[1], cv::imread(arguments[2]));
    for (const auto side : input.shape) std::cout << side << ' ';
    for (const float value : input.values) std::cout << value << ' ';
    std::cout.precision(17);
    for (const auto& name : mmfer::names(R"(["a b", "c"])")) std::cout << name.size() << ' ';
    for (const auto& name : mmfer::names("[]")) std::cout << name.size() << ' ';
    for (const double p : mmfer::confidences(arguments[3], {0.5, 0.3, 0.2})) std::cout << p << ' ';
}
"""


def _flags(*packages: str) -> list[str] | None:
    """The flags of the compiler for OpenCV and packages; None without a compiler or a package."""
    if shutil.which('g++') is None or shutil.which('pkg-config') is None:
        return None
    command = ['pkg-config', '--cflags', 'opencv4', *packages]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    libraries = ['-lopencv_imgcodecs', '-lopencv_imgproc', '-lopencv_core']
    return None if found.returncode else [*found.stdout.split(), *libraries]


FLAGS, ALL_FLAGS = _flags(), _flags('libonnxruntime')
STRICT = ('-std=c++17', '-Wall', '-Wextra', '-Werror')
pytestmark = pytest.mark.skipif(FLAGS is None, reason='No g++, pkg-config or libopencv-dev.')


@pytest.fixture(scope='module')
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('cpp')
    (folder / 'a.cpp').write_text(PROGRAM)
    include = f'-I{ROOT / "examples" / "cpp"}'
    command = ['g++', *STRICT, include, str(folder / 'a.cpp'), *(FLAGS or ())]
    subprocess.run([*command, '-o', str(folder / 'a')], check=True, timeout=300)
    return folder / 'a'


@pytest.mark.parametrize(
    'steps',
    [
        [dict(type='ResizeFace', size=8)],
        [dict(type='ResizeFace', size=26)],
        [dict(type='mmfer.ResizeFace', size=48)],
        [dict(type='ResizeFace', size=9), GRAY, dict(type='ResizeFace', size=16)],
        [GRAY | dict(channel_weights=[1, 2, 3])],
    ],
)
@pytest.mark.parametrize('temperature', [None, 2.0])
def test_input_and_confidences_are_those_of_python(
    program: Path, tmp_path: Path, steps: list[dict[str, Any]], temperature: float | None
) -> None:
    bgr = np.random.default_rng(0).integers(0, 256, (24, 30, 3), np.uint8)
    cv2.imwrite(str(tmp_path / 'a.png'), bgr)
    pipeline = [dict(type='LoadExpressionImage'), *steps, dict(type='PackExpression')]
    calibration = 'null' if temperature is None else json.dumps(dict(temperature=temperature))
    command = [program, json.dumps(dict(pipeline=pipeline)), tmp_path / 'a.png', calibration]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    numbers = np.array(done.stdout.split(), dtype=float)
    expected = network_input(build_steps(steps, 'a.onnx'), bgr)
    assert numbers[:4].tolist() == [1, *expected.shape]
    assert numbers[-5:-3].tolist() == [3, 1]  # the lengths of two names
    # The program may use another version of OpenCV.
    difference = numbers[4:-5].reshape(expected.shape) - expected
    assert np.abs(difference).max() <= 1 and (difference != 0).mean() < 0.1
    scores = np.array([0.5, 0.3, 0.2])
    wanted = scores if temperature is None else tempered(scores, temperature)
    np.testing.assert_allclose(numbers[-3:], wanted, atol=1e-9)


def test_a_step_that_the_example_cannot_do_is_refused(program: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((8, 8, 3), np.uint8))
    for step in (dict(type='AlignFace'), GRAY | dict(keep_channels=False), GRAY | dict(prob=0.5)):
        steps = json.dumps(dict(pipeline=[step]))
        refused(program, tmp_path, steps, step['type'])


def refused(program: Path, tmp_path: Path, steps: str, name: str) -> None:
    command = [str(program), steps, str(tmp_path / 'a.png'), 'null']
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and f'cannot do the step {name}' in done.stderr


def write_file(path: Path, **facts: Any) -> None:
    path.write_bytes(with_metadata(mean_color().SerializeToString(), METADATA | facts))


@pytest.mark.skipif(ALL_FLAGS is None, reason='No libonnxruntime-dev.')
def test_the_whole_program_gives_the_confidences_of_python(tmp_path: Path) -> None:
    source = str(ROOT / 'examples' / 'cpp' / 'main.cpp')
    command = ['g++', *STRICT, source, *(ALL_FLAGS or ()), '-lonnxruntime']
    subprocess.run([*command, '-o', str(tmp_path / 'main')], check=True, timeout=300)
    bgr = np.zeros((24, 30, 3), np.uint8)
    bgr[..., 1] = 200
    cv2.imwrite(str(tmp_path / 'a.png'), bgr)
    write_file(tmp_path / 'a.onnx')
    face = OnnxInferencer(tmp_path / 'a.onnx')(bgr[..., ::-1], detect=False)['results'][0]['faces'][
        0
    ]
    arguments = [str(tmp_path / name) for name in ('main', 'a.onnx', 'a.png')]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()]
    found = {name: float(share) for name, share, _ in rows}
    assert found == {name: pytest.approx(100 * p, abs=0.06) for name, p in face['scores'].items()}
    write_file(tmp_path / 'a.onnx', of_attributes=True, unknown_attributes=['anger'])
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ['happiness', 'sadness']
    done = subprocess.run([*arguments[:2], 'no.png'], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and 'There is no image at no.png' in done.stderr
