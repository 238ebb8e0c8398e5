"""tools/misc/print_config.py as a user runs it."""

from pathlib import Path

from tests.helpers import run_tool, write_config


def test_inherited_and_replaced_entries(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'tiny.py', tmp_path)
    printed = run_tool(
        'misc/print_config.py', config, '--cfg-options', 'train_cfg.max_epochs=7'
    ).stdout
    assert 'train_cfg = dict(by_epoch=True, max_epochs=7)' in printed
    assert "random_state=dict(type='RandomStateHook')" in printed


def test_option_that_does_not_fit(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'tiny.py', tmp_path)
    options = ('--cfg-options', 'train_pipeline.9.prob=1')
    result = run_tool('misc/print_config.py', config, *options, check=False)
    assert result.returncode == 1
    assert 'train_pipeline' in result.stderr
    assert 'Traceback' not in result.stderr
