"""tools/analysis_tools/benchmark.py as a user runs it."""

from pathlib import Path

from tests.helpers import call_tool, run_tool, write_config


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
    options = ('--size', 32, '--batch-sizes', 2, '--repeats', 1, '--seconds', 0.05)
    result = call_tool('analysis_tools/benchmark.py', config, '--training-options', *options)
    rows = [line.strip('| ').split(' | ') for line in result.stdout.splitlines() if '| ' in line]
    assert [row[0] for row in rows[2:]] == [str(config)] * (len(rows) - 2) and len(rows) > 4
    assert rows[2][1] == 'none' and rows[2][3] == '1.00'
    assert rows[3][1] == 'channels last'


def test_training_options_are_compared_alone() -> None:
    for options, message in (
        (('--training-options', '--amp'), 'leave out the rest'),
        (('--compile',), '--compile belongs to --training-options'),
    ):
        failed = call_tool(
            'analysis_tools/benchmark.py', 'resnet18_ferplus.py', *options, check=False
        )
        assert failed.returncode == 1 and message in failed.stderr
