"""A variable that a config sets, but that only its bases read, is said."""

from pathlib import Path

import pytest

from mmfer.engine import load_config
from mmfer.engine.configuration.inherited_variables import tell_unread

SHIPPED = 'mmfer::rald/rald_r18_synthetic.py'
BASE = """
epochs = 10
lr = 0.1
notes = 1
model = dict(type='ImageClassifier')
train_cfg = dict(by_epoch=True, max_epochs=epochs)
optim_wrapper = dict(optimizer=dict(type='SGD', lr=lr))
"""


def said(tmp_path: Path, log: list[str], text: str, base: str = './base.py') -> list[str]:
    (tmp_path / 'base.py').write_text(BASE)
    path = tmp_path / 'mine.py'
    path.write_text(f'_base_ = {base!r}\n{text}\n')
    log.clear()
    tell_unread(path)
    return list(log)


def test_a_variable_that_only_a_base_reads(tmp_path: Path, log: list[str]) -> None:
    (line,) = said(tmp_path, log, 'epochs = 3')
    assert 'mine.py" sets epochs = 3, but nothing reads it' in line
    assert '(train_cfg.max_epochs=10). Give --cfg-options epochs=3, or' in line
    assert len(said(tmp_path, log, 'epochs = 3\nlr = 0.2')) == 2


def test_a_base_with_a_base(tmp_path: Path, log: list[str]) -> None:
    (tmp_path / 'between.py').write_text("_base_ = './base.py'\nepochs = 3\n")
    (line,) = said(tmp_path, log, '', './between.py')
    assert 'between.py" sets epochs = 3' in line


@pytest.mark.parametrize(
    'text',
    [
        'epochs = 3\ntrain_cfg = dict(max_epochs=epochs)',
        'epochs = 3\ntrain_cfg = dict(max_epochs=3)',
        'epochs = 10',
        'notes = 2',
        'other = 2',
        'lr = 0.2\noptim_wrapper = dict(optimizer=dict(lr=f"{lr}"))',
        'epochs = "a"\ntrain_cfg = dict(max_epochs=_base_.epochs + len(epochs))',
    ],
)
def test_variables_that_are_read_or_change_nothing(
    tmp_path: Path, log: list[str], text: str
) -> None:
    assert said(tmp_path, log, text) == []


def test_a_shipped_base_and_options(tmp_path: Path, log: list[str]) -> None:
    (line,) = said(tmp_path, log, 'epochs = 3', SHIPPED)
    assert 'param_scheduler.total_steps=14' in line
    log.clear()
    cfg = load_config(tmp_path / 'mine.py', options={'epochs': 3})
    assert cfg.param_scheduler.total_steps == 3
    assert not any('nothing reads' in line for line in log)
    load_config(tmp_path / 'mine.py')
    assert any('nothing reads' in line for line in log)
