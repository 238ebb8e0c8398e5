"""tools/misc/print_config.py as a user runs it."""

from pathlib import Path

from tests.helpers import call_tool, write_config


def test_inherited_and_replaced_entries(tmp_path: Path) -> None:
    config = write_config(tmp_path / 'tiny.py', tmp_path)
    printed = call_tool(
        'misc/print_config.py', config, '--cfg-options', 'train_cfg.max_epochs=7'
    ).stdout
    assert 'train_cfg = dict(by_epoch=True, max_epochs=7)' in printed
    assert "random_state=dict(type='RandomStateHook')" in printed
