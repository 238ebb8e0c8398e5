"""tools/analysis_tools/gpu_ferplus.sh with a small network on a CPU."""

import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT, tool_environment
from tests.small_configs import write_ferplus

SMALL = """
_base_ = 'mmfer::resnet/resnet18_ferplus.py'
model = dict(backbone=dict(base_channels=8, stem_channels=8), head=dict(in_channels=64))
"""


def trained(folder: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ['bash', str(ROOT / 'tools/analysis_tools/gpu_ferplus.sh'), str(folder)],
        env={**tool_environment(), 'PYTHON': sys.executable, 'PRECISION': '', **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_every_config_is_trained_with_every_seed(tmp_path: Path) -> None:
    write_ferplus(tmp_path / 'faces')
    names = ['small.py', 'other.py']
    for name in names:
        (tmp_path / name).write_text(SMALL)
    faces = tmp_path / 'faces'
    options = [
        f'{part}.dataset.data_root={faces}' for part in ('train_dataloader', 'test_dataloader')
    ]
    options += ['val_cfg=None', 'val_dataloader=None', 'val_evaluator=None', 'image_size=32']
    done = trained(
        tmp_path / 'out',
        CONFIGS=' '.join(str(tmp_path / name) for name in names),
        **dict(SEEDS='0 1', EPOCHS='1', WORKERS='0', OPTIONS=' '.join(options)),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    table = (tmp_path / 'out/table.md').read_text()
    assert '| small' in table and '| other' in table
    for name in ('small', 'other'):
        assert len(list((tmp_path / 'out').glob(f'{name}/{name}/*/epoch_1.pth'))) == 2


def test_a_config_that_is_missing_is_named(tmp_path: Path) -> None:
    done = trained(tmp_path / 'out', CONFIGS=str(tmp_path / 'no.py'))
    assert done.returncode == 1 and 'no.py' in done.stderr
