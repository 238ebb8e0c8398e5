import json
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT, tool_environment

SMALL = """
_base_ = 'mmfer::resnet/resnet18_ferplus.py'
model = dict(backbone=dict(base_channels=8, stem_channels=8), head=dict(in_channels=64))
"""


def measured(folder: Path, config: Path, parts: str) -> subprocess.CompletedProcess:
    small = dict(CONFIGS=str(config), PARTS=parts, SIZE='32', BATCH='2', DEVICE='cpu')
    return subprocess.run(
        ['bash', str(ROOT / 'tools/analysis_tools/gpu_speed.sh'), str(folder)],
        env={**tool_environment(), 'PYTHON': sys.executable, **small},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_the_parts_write_their_results(tmp_path: Path) -> None:
    config = tmp_path / 'small.py'
    config.write_text(SMALL)
    done = measured(tmp_path / 'out', config, 'predictions training')
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith(f'Results: {tmp_path / "out"}')
    for name in ('predictions', 'training'):
        table = (tmp_path / f'out/{name}.md').read_text()
        assert f'| {config} |' in table
        assert json.loads((tmp_path / f'out/{name}.json').read_text())
        assert (tmp_path / f'out/{name}.png').stat().st_size > 1000
    assert not (tmp_path / 'out/compiled.md').exists()


def test_a_part_that_fails_is_named(tmp_path: Path) -> None:
    done = measured(tmp_path / 'out', tmp_path / 'no.py', 'predictions')
    assert done.returncode == 1
    assert 'predictions failed or took more than' in done.stderr
