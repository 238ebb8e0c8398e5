"""A shipped config as a file of one's own, in any folder."""

from pathlib import Path

import pytest

from mmfer.engine import load_config
from tests.helpers import ROOT
from tests.tools.rald import run_main


@pytest.mark.parametrize('name', ['resnet18_my_folder', 'rald/rald_r18_synthetic.py'])
def test_the_copy_is_the_same_config_in_another_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / 'mine.py'
    run_main(monkeypatch, 'misc/copy_config.py', name, out)
    text = out.read_text()
    assert "'mmfer::" in text and '../' not in text
    monkeypatch.chdir(tmp_path)
    for options in (None, {'epochs': 3}):
        mine, shipped = load_config(out, 'work', options), load_config(name, 'work', options)
        assert mine.to_dict() == shipped.to_dict()


def test_what_cannot_be_copied_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / 'there.py'
    there.write_text('a = 1')
    for name, out, said in (
        ('resnet18_my_folder', there, 'is there already'),
        ('resnet18_my_folder', tmp_path / 'mine.txt', 'must end in .py'),
        ('no_such_config', tmp_path / 'mine.py', '`mmfer list configs`'),
    ):
        with pytest.raises(SystemExit, match=said):
            run_main(monkeypatch, 'misc/copy_config.py', name, out)
    assert there.read_text() == 'a = 1'


def test_a_config_inherits_shipped_ones_from_any_folder(tmp_path: Path) -> None:
    config = tmp_path / 'child.py'
    config.write_text("_base_ = 'mmfer::rald/rald_r18_synthetic.py'\n")
    shipped = ROOT / 'configs' / 'rald' / 'rald_r18_synthetic.py'
    for options in (None, {'epochs': 3}):
        assert load_config(config, 'w', options).model == load_config(shipped, 'w', options).model
    assert load_config(config, 'w', {'epochs': 3}).train_cfg.max_epochs == 3
    config.write_text("_base_ = 'mmfer::rald/no_such.py'\n")
    with pytest.raises(FileNotFoundError, match='mmfer has no file "configs/rald/no_such.py"'):
        load_config(config)
