"""tools/analysis_tools/benchmark.py as a user runs it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import call_tool, run_tool, write_config, write_images

QUICK = ('--size', 32, '--repeats', 2, '--seconds', 0.01)


def rows_of(stdout: str) -> list[dict[str, str]]:
    """The rows of a printed table by column."""
    lines = [
        [cell.strip() for cell in line.strip('|').split('|')]
        for line in stdout.splitlines()
        if line.startswith('|')
    ]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def test_two_configs_are_compared(tmp_path: Path) -> None:
    first = write_config(tmp_path / 'first.py', tmp_path)
    second = write_config(tmp_path / 'second.py', tmp_path)
    second.write_text(second.read_text().replace('depth=18', 'depth=34'))
    options = ('--size', 64, '--batch-sizes', 1, 4, '--repeats', 2, '--seconds', 0.05, '--train')
    result = run_tool('analysis_tools/benchmark.py', first, second, *options)
    head, _, *rows = (
        [cell.strip() for cell in line.strip('|').split('|')]
        for line in result.stdout.splitlines()
        if line.startswith('|')
    )
    assert [row[0] for row in rows] == [str(first), str(second)]
    assert rows[0][head.index('ratio at 4')] == '1.00'
    assert float(rows[1][head.index('ratio at 4')]) < 1
    assert rows[0][head.index('training ratio at 1')] == '1.00'
    speeds = [float(row[head.index('training images/s at 4')]) for row in rows]
    assert 0 < speeds[1] < speeds[0]


def test_runtimes_of_a_config_are_compared(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'config.py', tmp_path)
    options = ('--runtimes', '--size', 32, '--batch-sizes', 1, 4, '--repeats', 2, '--seconds', 0.05)
    result = call_tool('analysis_tools/benchmark.py', config, *options)
    head, _, *rows = (
        [cell.strip() for cell in line.strip('|').split('|')]
        for line in result.stdout.splitlines()
        if line.startswith('|')
    )
    assert [row[:2] for row in rows] == [
        [str(config), name] for name in ('pytorch', 'onnxruntime', 'int8')
    ]
    assert [row[head.index('ratio at 4')] for row in rows][0] == '1.00'
    assert all(float(row[head.index('images/s at 1')]) > 0 for row in rows)
    assert float(rows[1][head.index('ratio at 1')]) > 1  # a small network is mostly overhead


def test_runtimes_are_compared_alone(tmp_path: Path) -> None:
    failed = call_tool(
        'analysis_tools/benchmark.py',
        'efficientnet-lite0_ferplus',
        '--runtimes',
        '--amp',
        check=False,
    )
    assert failed.returncode == 1 and 'leave out the rest' in failed.stderr


def test_training_options_are_compared(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'config.py', tmp_path)
    options = ('--training-options', '--batch-sizes', 2, *QUICK)
    result = call_tool('analysis_tools/benchmark.py', config, *options)
    rows = rows_of(result.stdout)
    assert [row['model'] for row in rows] == [str(config)] * len(rows) and len(rows) > 3
    assert rows[0]['options'] == 'none' and rows[0]['training ratio at 2'] == '1.00'
    assert rows[0]['training rounds at 2'] == '1.00 to 1.00'
    assert rows[1]['options'] == 'channels last'


def test_references_with_file_and_plot(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'config.py', tmp_path)
    out, plot = tmp_path / 'speed.json', tmp_path / 'new' / 'speed.png'
    options = ('--references', '--batch-sizes', 2, *QUICK, '--out', out, '--plot', plot)
    result = call_tool('analysis_tools/benchmark.py', config, *options)
    rows = rows_of(result.stdout)
    ways = ['mmengine', 'bare loop', 'mmpretrain:ResNet']
    assert [row['training by'] for row in rows] == ways
    assert "timm's resnet18 has 11.18 M weights" in result.stdout
    head = result.stdout.splitlines()[0]
    assert 'PyTorch' in head and 'mmpretrain' in head and 'load' in head
    content: dict[str, Any] = json.loads(out.read_text())
    assert content['machine']['versions']['PyTorch'] in head
    assert content['options']['references'] and content['options']['batch_sizes'] == [2]
    assert len(content['messages']) == 1
    for row, written in zip(rows, content['rows'], strict=True):
        speed = written['speeds']['training images/s at 2']
        assert len(speed['rounds']) == len(speed['ratios']) == 2
        assert row['training images/s at 2'] == f'{speed["median"]:.1f}'
        assert row['training rounds at 2'] == (
            f'{min(speed["ratios"]):.2f} to {max(speed["ratios"]):.2f}'
        )
    assert content['rows'][0]['speeds']['training images/s at 2']['ratios'] == [1, 1]
    assert plot.read_bytes().startswith(b'\x89PNG')


def test_a_curve(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'config.py', tmp_path)
    plot = tmp_path / 'curve.png'
    options = ('--curve', 'batch', 1, 2, 4, *QUICK, '--plot', plot)
    result = call_tool('analysis_tools/benchmark.py', config, *options)
    rows = rows_of(result.stdout)
    assert [row['batch'] for row in rows] == ['1', '2', '4'] and rows[0]['ratio'] == '1.00'
    assert plot.read_bytes().startswith(b'\x89PNG')


def test_the_data_of_a_config(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'config.py', write_images(tmp_path))
    result = call_tool('analysis_tools/benchmark.py', config, '--data', *QUICK[2:])
    step, loader = rows_of(result.stdout)
    assert (step['part'], loader['part']) == ('training step', 'data loader')
    assert step['ratio'] == '1.00' and loader['batch'] == '4'
    assert loader["share of the step's time"].endswith('%')


def test_the_renderer() -> None:
    result = call_tool('analysis_tools/benchmark.py', '--renderer', *QUICK)
    small, photographs = rows_of(result.stdout)
    assert (small['preset'], photographs['preset']) == ('small', 'photographs')
    assert small['rasterizer'].endswith('%') and float(small['images/s']) > 0


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('a.py', '--training-options', '--amp'), 'leave out the rest'),
        (('a.py', '--compile'), '--compile belongs to --training-options'),
        (('a.py', 'a.py'), 'given twice'),
        ((), 'Give a config, or --renderer'),
        (('a.py', '--renderer'), '--renderer takes no config'),
        (('a.py', '--curve', 'frames', 3), '--curve frames takes no config'),
        (('a.py', '--repeats', 0), 'numbers from 1'),
        (('a.py', '--curve', 'batch', 1, '--amp'), 'leave out --amp'),
        (('efficientnet-lite0_ferplus', '--references'), 'is a shipped model'),
        (('efficientnet-lite0_ferplus', '--cfg-options', 'image_size=96'), 'leave out --cfg-opt'),
        (('a.py', '--data', '--size', 48), '--data takes sizes from the config'),
        (('--renderer', '--batch-sizes', 4), '--renderer has no batches'),
    ],
)
def test_options_that_do_not_fit_together(options: tuple, message: str) -> None:
    failed = call_tool('analysis_tools/benchmark.py', *options, check=False)
    assert failed.returncode == 1 and message in failed.stderr


def test_options_that_a_config_decides(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'config.py', tmp_path)
    for options, message in (
        (('--curve', 'batch', 'two'), 'give whole numbers'),
        (('--curve', 'batch', 1, '--train'), 'Give larger batches or images'),
    ):
        failed = call_tool('analysis_tools/benchmark.py', config, *options, *QUICK, check=False)
        assert failed.returncode == 1 and message in failed.stderr
