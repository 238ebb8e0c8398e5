from pathlib import Path

import pytest

from mmfer.engine import load_config
from mmfer.engine.experiments.variants import apply_model, apply_variant
from tests.helpers import ROOT, write_config

RALD = ROOT / 'configs' / 'rald'
PAPER = """
width = 512
model = dict(backbone=dict(width=512, depth=18), head=dict(loss='ce', width=512))
train_cfg = dict(max_epochs=100)
"""
SLIM = """
_base_ = './paper.py'
width = 64
model = dict(backbone=dict(width=64), head=dict(width=64))
train_cfg = dict(max_epochs=2)
"""


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """The config of a paper and a slim version of it."""
    (tmp_path / 'paper.py').write_text(PAPER)
    (tmp_path / 'slim.py').write_text(SLIM)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_change_of_the_paper_config_is_merged_into_the_slim_config(family: Path) -> None:
    row = write(
        family / 'ablations' / 'row.py',
        "_base_ = '../paper.py'\nmodel = dict(head=dict(loss='focal'))\ncustom_hooks = [1]\n",
    )
    cfg = apply_variant(family / 'slim.py', row, family / 'work')
    assert cfg.model == dict(backbone=dict(width=64, depth=18), head=dict(loss='focal', width=64))
    assert cfg.train_cfg.max_epochs == 2 and cfg.custom_hooks == [1]
    assert cfg.work_dir == str(family / 'work')


def test_intermediate_configs_are_merged_first(family: Path) -> None:
    write(family / 'a.py', "_base_ = ['./paper.py']\nmodel = dict(head=dict(loss='a', k=1))\n")
    row = write(
        family / 'b.py',
        "_base_ = './a.py'\n"
        "model = dict(head=dict(loss='b', size={{_base_.width}}), neck=dict(_delete_=True))\n",
    )
    head = apply_variant(family / 'slim.py', row).model.head
    assert head == dict(loss='b', k=1, width=64, size=64)


def test_options_are_merged_last(family: Path) -> None:
    row = write(family / 'row.py', "_base_ = './paper.py'\nmodel = dict(head=dict(width=8))\n")
    cfg = apply_variant(family / 'slim.py', row, options={'model.head.width': 16})
    assert cfg.model.head.width == 16


def test_the_paper_and_the_slim_config_are_no_changes(family: Path) -> None:
    slim = load_config(family / 'slim.py', family).to_dict()
    for name in ('paper.py', 'slim.py'):
        assert apply_variant(family / 'slim.py', family / name, family).to_dict() == slim


@pytest.mark.parametrize('path', sorted(RALD.glob('ablations/*.py')), ids=lambda p: p.stem)
def test_rows_of_rald_keep_their_models(path: Path) -> None:
    base = load_config(RALD / 'rald_r18_synthetic.py')
    cfg, row = apply_variant(RALD / 'rald_r18_synthetic.py', path), load_config(path)
    assert (cfg.model, cfg.custom_hooks) == (row.model, row.custom_hooks)
    assert (cfg.train_dataloader, cfg.optim_wrapper) == (base.train_dataloader, base.optim_wrapper)


def test_unrelated_configs_are_refused(family: Path) -> None:
    stranger = write(family / 'stranger.py', 'model = dict()\n')
    with pytest.raises(ValueError, match=r'inherit no common config: .*stranger.py has 0 entries'):
        apply_variant(family / 'slim.py', stranger)
    both = write(family / 'both.py', "_base_ = ['./paper.py', './stranger.py']\n")
    with pytest.raises(ValueError, match='both.py has 2 entries in _base_'):
        apply_variant(family / 'slim.py', both)
    write(family / 'runtime.py', 'seed = 0\n')
    inherits = [
        write(family / name, "_base_ = './runtime.py'\nmodel = dict()\n")
        for name in ('a.py', 'b.py')
    ]
    with pytest.raises(ValueError, match='runtime.py, which has no model'):
        apply_variant(*inherits)
    with pytest.raises(FileNotFoundError, match='No config at ".*nowhere.py"'):
        apply_variant(family / 'slim.py', family / 'nowhere.py')


def test_the_model_of_another_family_is_used_unchanged(image_folder: Path, tmp_path: Path) -> None:
    base = write_config(tmp_path / 'base.py', image_folder, 'custom_hooks = [dict(type="A")]\n')
    other = write_config(tmp_path / 'other.py', image_folder, "model['head']['topk'] = (1, 2)\n")
    cfg = apply_model(base, other, {'model.head.num_classes': 4})
    assert (cfg.model.head.topk, cfg.model.head.num_classes) == ((1, 2), 4)
    assert cfg.custom_hooks == load_config(other).get('custom_hooks', [])
    assert cfg.work_dir == load_config(base).work_dir
