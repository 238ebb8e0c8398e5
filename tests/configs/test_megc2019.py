"""The composite of MEGC 2019 is cross-validated on rendered substitutes of its three data sets."""

import itertools
import json
import re
from pathlib import Path

import pytest

from mmfer.engine import load_config
from mmfer.evaluation import Predictions
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.plan import person_of
from tests.helpers import ROOT
from tests.tools.rald import run_main

CONFIG = ROOT / 'configs' / 'ststnet' / 'ststnet_megc2019-synthetic.py'
SETTINGS = dict(preset='tiny', size=40, progress=False)


@pytest.fixture(scope='module')
def folder(rendered_casme2: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data/synthetic, in which each data set shows one subject."""
    folder = tmp_path_factory.mktemp('megc')
    data = folder / 'data' / 'synthetic'
    data.mkdir(parents=True)
    (data / 'casme2').symlink_to(rendered_casme2)
    generate('samm', data / 'samm', seed=1, images=8, **SETTINGS)
    generate('smic', data / 'smic', seed=2, images=4, **SETTINGS)
    return folder


def test_the_commands_of_the_config_render_different_people() -> None:
    text = CONFIG.read_text(encoding='utf-8')
    seeds = re.findall(r'render_synthetic.py (\w+) .*--seed (\d+)', text)
    assert [name for name, _ in seeds] == ['casme2', 'samm', 'smic']
    people = [person_of(build_layout(name), int(seed), 'all-0000') for name, seed in seeds]
    assert all(one != other for one, other in itertools.combinations(people, 2))
    same = person_of(build_layout('samm'), int(seeds[0][1]), 'all-0000')
    assert same == people[0]  # one seed shows the same people in every set


def test_the_joined_sets_are_cross_validated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = folder / 'work'
    monkeypatch.chdir(folder)
    monkeypatch.setenv('PYTHONPATH', str(ROOT))
    run_main(
        monkeypatch,
        'cross_validate.py',
        *(CONFIG, '--protocol', 'kfold', '--folds', 2, '--work-dir', work),
        *('--cfg-options', 'train_cfg.max_epochs=1', 'train_cfg.val_interval=1'),
    )
    report = json.loads((work / 'results.json').read_text())
    pooled = Predictions.load(work / 'predictions.json')
    assert len(report['folds']) == 2
    assert set(pooled.classes) == {'negative', 'positive', 'surprise'}
    subjects = {sample['subject'] for sample in pooled.samples}
    assert subjects == {'CASME2/sub01', 'SAMM/006', 'SMIC/s01'}
    assert {name: row['samples'] for name, row in report['datasets'].items()} == {
        name: sum(sample['subject'].startswith(f'{name}/') for sample in pooled.samples)
        for name in ('CASME2', 'SAMM', 'SMIC')
    }
    assert report['datasets']['SMIC']['samples'] == 4
    assert '| SAMM |' in (work / 'results.md').read_text()


def test_the_config_reads_the_composite_in_both_parts() -> None:
    cfg = load_config(ROOT / 'configs' / 'ststnet' / 'ststnet_megc2019.py')
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        readers = loader.dataset.datasets
        assert [reader.type for reader in readers] == ['CASME2', 'SAMM', 'SMIC']
        assert all(reader.megc2019 and reader.onset for reader in readers)
        assert [reader.data_root for reader in readers] == [
            'data/casme2',
            'data/samm',
            'data/smic',
        ]
    assert cfg.model.head.num_classes == 3
