"""tools/analysis_tools/photograph_speed.py as a user runs it."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.commands import load_tool
from mmfer.engine.runtimes.onnx_model import with_metadata
from tests.helpers import ROOT, call_tool
from tests.onnx_files import METADATA, exported, mean_color

TOOL = 'analysis_tools/photograph_speed.py'
PHOTO = ROOT / 'docs' / 'photos' / 'astronaut.jpg'


QUICK = ('--repeats', 3, '--seconds', 0, '--cpu-time')


def measured(*options: object) -> list[list[str]]:
    """The rows of the table."""
    lines = call_tool(TOOL, PHOTO, *options).stdout.splitlines()
    return [
        line.strip('| ').split(' | ') for line in lines if line[:2] == '| ' and line[2].isdigit()
    ]


def test_the_steps_are_measured_for_each_number_of_faces() -> None:
    rows = measured('--faces', 1, 3, *QUICK)
    assert [row[:4] for row in rows] == [[n, 'pytorch', 'mtcnn', 'mmfer'] for n in ('1', '3')]
    for row in rows:
        read, *others, answer, speed = map(float, row[4:-1])
        assert len(others) == 4 and min(others) > 0
        assert 0 < read < answer  # the answer has this step and more
        assert speed == pytest.approx(1000 / answer, rel=0.05)
        slowest, fastest = map(float, row[-1].split(' to '))
        assert slowest <= speed <= fastest


def test_each_round_is_written_and_drawn(tmp_path: Path) -> None:
    out, plot = tmp_path / 'faces.json', tmp_path / 'faces.png'
    measured('--faces', 1, 2, *QUICK, '--out', out, '--plot', plot)
    written = json.loads(out.read_text(encoding='utf-8'))
    assert written['machine']['threads'] >= 1
    assert [row['names']['faces'] for row in written['rows']] == ['1', '2']
    assert all(len(row['speeds']['answer']['rounds']) == 3 for row in written['rows'])
    assert cv2.imread(str(plot)) is not None


def test_several_sets_of_files_are_measured_beside_each_other(tmp_path: Path) -> None:
    model = tmp_path / 'model.onnx'
    model.write_bytes(with_metadata(mean_color().SerializeToString(), METADATA))
    options: list[object] = ['--detector', 'blazeface', '--landmarker', 'facemesh']
    for detector, landmarker in (('mtcnn', 'mmfer'), ('blazeface', 'facemesh')):
        paths = [tmp_path / f'{name}.onnx' for name in (detector, landmarker)]
        for path, kind in zip(paths, ('detector', 'landmarker'), strict=True):
            path.write_bytes(exported(kind, path.stem))
        options += ['--onnx', model, *paths]
    rows = measured('--faces', 1, *QUICK, *options)
    assert [row[:4] for row in rows] == [
        ['1', 'pytorch', 'blazeface', 'facemesh'],
        ['1', 'onnxruntime', 'mtcnn', 'mmfer'],
        ['1', 'onnxruntime', 'blazeface', 'facemesh'],
    ]


def test_a_photograph_without_a_face_is_refused() -> None:
    camera = ROOT / 'docs' / 'photos' / 'camera.jpg'
    failed = call_tool(TOOL, camera, '--faces', 200, check=False)
    assert failed.returncode == 1 and 'Error: No face was found' in failed.stderr


def test_copies_do_not_overlap() -> None:
    tool = load_tool(TOOL)
    image = tool.scene(np.full((50, 50, 3), 255, np.uint8), 5)
    assert image.shape == (480, 640, 3)
    assert (image == 255).all(axis=2).sum() == 5 * 213**2
