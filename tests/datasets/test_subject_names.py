"""A test of joined data sets does not mix up their subjects."""

from pathlib import Path

import pytest
from mmengine.config import Config

from mmfer.datasets.subject_names import name_subjects
from mmfer.engine import test as run_test
from mmfer.engine import train
from mmfer.engine.experiments.joined import named_subjects
from mmfer.evaluation import Predictions
from mmfer.pages.measures import Measured
from tests.engine.experiments.test_joined import EVERYBODY, config, shown
from tests.helpers import tiny_config
from tests.subjects import write_subjects


@pytest.fixture(scope='module')
def roots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp('data')
    people = {'sub01': (0, 1, 2), 'sub04': (0, 1)}
    return write_subjects(folder / 'first'), write_subjects(folder / 'second', people)


def test_a_test_names_the_persons_of_joined_data_sets_apart(
    roots: tuple[Path, Path], tmp_path: Path
) -> None:
    train(config(tmp_path, roots, "train_cfg['max_epochs'] = 1\n"), validate=False)
    model, dump = tmp_path / 'work' / 'epoch_1.pth', tmp_path / 'predictions.json'
    run_test(config(tmp_path, roots), model, dump_to=dump)
    persons = Measured(Predictions.load(dump)).persons
    assert len(persons) == 17 and set(persons) == set(EVERYBODY)


def test_chosen_subjects_of_joined_data_sets_are_found(
    roots: tuple[Path, Path], tmp_path: Path
) -> None:
    cfg = config(tmp_path, roots)
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        loader.dataset.datasets[0].subjects = ['sub02', 'sub03']
    name_subjects(cfg.test_dataloader.dataset)
    name_subjects(cfg.test_dataloader.dataset)  # twice changes nothing
    assert shown(cfg.test_dataloader) == set(EVERYBODY) - {'ExpressionFolder/sub01'}
    named = named_subjects(config(tmp_path, roots)).test_dataloader
    before = named.dataset.copy()
    name_subjects(named.dataset)
    assert named.dataset == before


def test_readers_of_other_libraries_are_not_changed(image_folder: Path, tmp_path: Path) -> None:
    reader = tiny_config(tmp_path, image_folder).test_dataloader.dataset
    joined = Config(dict(data=dict(datasets=[reader, {**reader, 'data_root': 'other'}]))).data
    before = joined.copy()
    name_subjects(joined)
    assert joined == before
