"""Inheritance of configs: short chains, and no data set config inherits from another."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mmfer.engine import load_config
from mmfer.engine.configuration.config_source import base_names, parse
from mmfer.engine.configuration.schedule import misfits
from tests.helpers import ROOT

CONFIGS = sorted((ROOT / 'configs').rglob('*.py'))
WHOLE = [path for path in CONFIGS if '_base_' not in path.parts]
DATASETS = ROOT / 'configs' / '_base_' / 'datasets'


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / 'configs'))


def ancestors(path: Path) -> list[Path]:
    return [(path.parent / base).resolve() for base in base_names(parse(path))]


def steps(path: Path) -> int:
    """Number of files from a config to its deepest base, without the config."""
    return max((1 + steps(base) for base in ancestors(path)), default=0)


@pytest.mark.parametrize('path', CONFIGS, ids=name)
def test_a_config_has_at_most_three_bases_in_a_chain(path: Path) -> None:
    assert steps(path) <= 3


def test_data_set_configs_inherit_only_the_neutral_base() -> None:
    for path in sorted(DATASETS.glob('*.py')):
        assert ancestors(path) in ([], [DATASETS / 'faces_224.py']), path


def test_a_change_to_fgemotions_changes_no_other_data_set(tmp_path: Path) -> None:
    for path in DATASETS.glob('*.py'):
        text = path.read_text()
        if path.stem == 'fgemotions':
            text += "\ntrain_pipeline = [dict(type='Foreign')]\n"
            text += 'train_dataloader = dict(dataset=dict(pipeline=train_pipeline))\n'
        (tmp_path / path.name).write_text(text)
    changed = {
        path.stem
        for path in DATASETS.glob('*.py')
        if Config.fromfile(path).to_dict() != Config.fromfile(tmp_path / path.name).to_dict()
    }
    assert changed == {'fgemotions'}


@pytest.mark.parametrize('path', WHOLE, ids=name)
def test_epochs_change_all_dependent_entries(path: Path) -> None:
    cfg = load_config(path, options={'epochs': 12})
    assert cfg.train_cfg.max_epochs == 12
    # The row stays on the plain network on purpose.
    expected = ['custom_hooks.0.epochs'] if path.stem == 'control_norm' else []
    assert list(misfits(cfg)) == expected


SYNTHETIC = [path for path in WHOLE if 'synthetic' in path.stem]


@pytest.mark.parametrize('path', SYNTHETIC, ids=name)
def test_data_root_changes_all_loaders(path: Path) -> None:
    cfg = load_config(path, options={'data_root': 'elsewhere'})
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        for part in loader.dataset.get('datasets', [loader.dataset]):
            assert part.data_root.partition('/')[0] == 'elsewhere'
