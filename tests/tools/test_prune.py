"""tools/prune.py as a user runs it."""

from pathlib import Path

import torch
from mmengine.config import Config

from tests.apis.model_files import write_model
from tests.helpers import call_tool, run_tool


def test_prune(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path)
    options = ('--ratio', 0.5, '--out', tmp_path / 'out', '--round-to', 2, '--size', 32)
    printed = run_tool('prune.py', config, checkpoint, *options).stdout
    assert '| backbone.layer4.1.conv1 | 64 | 32 | -50.00 % |' in printed
    assert 'Parameters: ' in printed and 'FLOPs: ' in printed
    assert f'{tmp_path}/out/config_pruned50.pth' in printed
    written = torch.load(tmp_path / 'out' / 'config_pruned50.pth', weights_only=True)
    assert written['state_dict']['backbone.layer4.1.conv1.weight'].shape[0] == 32
    assert (tmp_path / 'out' / 'config_pruned50.py').is_file()


def test_a_bad_ratio_is_refused(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path)
    options = ('--ratio', 1.2, '--out', tmp_path / 'out')
    failed = call_tool('prune.py', config, checkpoint, *options, check=False)
    assert failed.returncode == 1
    assert failed.stderr.strip().splitlines()[-1].startswith('Error: The pruning ratio 1.2 must be')


def test_options_of_the_config_are_replaced_and_kept(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path)
    options = ('--ratio', 0.5, '--out', tmp_path / 'out', '--size', 32)
    call_tool('prune.py', config, checkpoint, *options, '--cfg-options', 'train_cfg.max_epochs=7')
    pruned = Config.fromfile(tmp_path / 'out' / 'config_pruned50.py')
    assert pruned.train_cfg.max_epochs == 7
    failed = call_tool(
        'prune.py', config, checkpoint, *options, '--cfg-options', 'model.bakbone=1', check=False
    )
    assert failed.returncode == 1
    assert failed.stderr.strip().splitlines()[-1].startswith('Error: --cfg-options does not fit')
