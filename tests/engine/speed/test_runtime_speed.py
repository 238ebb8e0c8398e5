"""The speed of one model in PyTorch and in onnxruntime."""

import pytest

from mmfer.engine.speed.runtime_speed import BACKENDS, format_runtimes, runtime_speed
from tests.engine.pruning.networks import RESNET, classifier


def test_each_backend_has_a_speed_and_its_ratio_to_pytorch() -> None:
    rows = runtime_speed(classifier(RESNET, 64), [2], 32, repeats=1, seconds=0.05, cpu_time=True)
    assert [row[0] for row in rows] == list(BACKENDS)
    speeds, ratios = ([float(row[i]) for row in rows] for i in (1, 2))
    assert min(speeds) > 0
    assert ratios == pytest.approx([speed / speeds[0] for speed in speeds], abs=0.02)


def test_table() -> None:
    table = format_runtimes([['a.py', 'int8', '9.0', '2.00']], [1])
    assert table.splitlines()[0] == '| model | run by | images/s at 1 | ratio at 1 |'
    assert '| a.py | int8 | 9.0 | 2.00 |' in table
