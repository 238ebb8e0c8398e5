"""Two CPU ranks over gloo."""

import json
import subprocess
from pathlib import Path

import pytest
import torch

from mmfer.engine import load_config
from mmfer.engine import test as run_test
from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import ROOT, tool_environment, write_config, write_images

RECORDER = """
import torch
from mmengine.hooks import Hook
from mmfer.registry import HOOKS

@HOOKS.register_module()
class RecorderHook(Hook):
    def __init__(self, folder):
        self.folder = folder

    def after_train(self, runner):
        torch.save(runner.model.module.state_dict(), f'{self.folder}/rank_{runner.rank}.pth')
"""


def run_script(script: str, *args: object, cwd: Path) -> str:
    result = subprocess.run(
        ['bash', str(ROOT / 'tools' / script), *map(str, args)],
        env=tool_environment(cwd),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_two_ranks_train_and_test_like_one(tmp_path: Path) -> None:
    data = write_images(tmp_path / 'data', count=13)  # an odd number: one rank has one more
    (tmp_path / 'recorder.py').write_text(RECORDER)
    config = write_config(
        tmp_path / 'tiny.py',
        data,
        "custom_imports = dict(imports=['recorder'])\n"
        f"custom_hooks = [dict(type='RecorderHook', folder='{tmp_path}')]\n",
    )
    run_script('dist_train.sh', config, 2, '--work-dir', tmp_path / 'work', cwd=tmp_path)
    first, second = (load_from_disk(str(tmp_path / f'rank_{rank}.pth')) for rank in (0, 1))
    saved = load_from_disk(str(tmp_path / 'work' / 'epoch_1.pth'))['state_dict']
    assert first.keys() == second.keys() == saved.keys()
    for name in first:  # weights and the statistics of batch norm
        assert torch.equal(first[name], second[name]), name
        assert torch.equal(first[name], saved[name]), name

    checkpoint = tmp_path / 'work' / 'epoch_1.pth'
    options = ('--work-dir', tmp_path / 'test', '--show-dir', tmp_path / 'shown', '--out')
    run_script('dist_test.sh', config, checkpoint, 2, *options, tmp_path / 'two.json', cwd=tmp_path)
    one_rank = write_config(tmp_path / 'one_rank.py', data)
    run_test(load_config(one_rank, tmp_path / 'test'), checkpoint, tmp_path / 'one.json')
    one, two = (json.loads((tmp_path / f'{name}.json').read_text()) for name in ('one', 'two'))
    assert one == pytest.approx(two)
    # One file for each image, although one rank tests an image twice.
    shown = sorted(path.name[:6] for path in (tmp_path / 'shown').glob('*.png'))
    assert shown == [f'{i:06}' for i in range(13)]


def test_wrong_usage_is_reported(tmp_path: Path) -> None:
    for script in ('dist_train.sh', 'dist_test.sh', 'slurm_train.sh'):
        result = subprocess.run(
            ['bash', str(ROOT / 'tools' / script)], capture_output=True, text=True
        )
        assert result.returncode == 1
        assert f'tools/{script}' in result.stderr
