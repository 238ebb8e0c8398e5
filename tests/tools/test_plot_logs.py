import json
from pathlib import Path

from PIL import Image

from tests.helpers import call_tool, run_tool

TOOL = 'analysis_tools/plot_logs.py'


def write_run(folder: Path) -> Path:
    path = folder / '20260101_000000' / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True)
    rows = [{'loss': 1 / i, 'lr': 0.1, 'epoch': 1, 'iter': i, 'step': i} for i in range(1, 9)]
    path.write_text('\n'.join(map(json.dumps, [*rows, {'accuracy': 60.0, 'step': 1}])))
    return folder


def test_runs_are_compared(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name) for name in 'ab']
    out = tmp_path / 'curves.png'
    result = run_tool(TOOL, *runs, '--names', 'plain', 'RALD', '--out', out)
    assert 'RALD: loss 0.125, lr 0.1, accuracy 60' in result.stdout
    width, height = Image.open(out).size
    assert width > 2 * height  # three panels


def test_each_log_needs_its_own_name(tmp_path: Path) -> None:
    run = write_run(tmp_path / 'a')
    result = call_tool(TOOL, run, '--names', 'x', 'y', '--out', tmp_path / 'c.png', check=False)
    assert result.returncode == 1
    assert 'Give one name for each' in result.stderr
