"""tools/analysis_tools/photograph_speed.py as a user runs it."""

import numpy as np
import pytest

from mmfer.commands import load_tool
from tests.helpers import ROOT, call_tool

TOOL = 'analysis_tools/photograph_speed.py'
PHOTO = ROOT / 'docs' / 'photos' / 'astronaut.jpg'


def test_the_steps_are_measured_for_each_number_of_faces() -> None:
    options = ('--faces', 1, 3, '--repeats', 3, '--seconds', 0, '--cpu-time')
    printed = call_tool(TOOL, PHOTO, *options).stdout
    rows = [line.strip('| ').split(' | ') for line in printed.splitlines() if 'pytorch' in line]
    assert [row[0] for row in rows] == ['1', '3']
    for row in rows:
        read, *others, answer, speed = map(float, row[2:])
        assert len(others) == 4 and min(others) > 0
        assert 0 < read < answer  # the answer has this step and more
        assert speed == pytest.approx(1000 / answer, rel=0.05)


def test_a_photograph_without_a_face_is_refused() -> None:
    camera = ROOT / 'docs' / 'photos' / 'camera.jpg'
    failed = call_tool(TOOL, camera, '--faces', 200, check=False)
    assert failed.returncode == 1 and 'Error: No face was found' in failed.stderr


def test_copies_do_not_overlap() -> None:
    tool = load_tool(TOOL)
    image = tool.scene(np.full((50, 50, 3), 255, np.uint8), 5)
    assert image.shape == (480, 640, 3)
    assert (image == 255).all(axis=2).sum() == 5 * 213**2
