import json
from pathlib import Path

import pytest

from mmfer.engine import load_config
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.experiments.folds import common_config, fold_source, read_pool
from mmfer.engine.experiments.run_fold import run_fold
from mmfer.evaluation import Fold, Predictions
from tests.subjects import INNER_VALIDATION, write_subject_config, write_subjects

FOLD = Fold('sub03', ('sub03',), ('sub01', 'sub02'))


def prepare(folder: Path, extra: str = '') -> Path:
    """Write the config of a fold, beside which its folder will be."""
    root = write_subjects(folder / 'faces')
    cfg = load_config(write_subject_config(folder / 'tiny.py', root, extra), folder / 'work')
    # Runners of one name that start in the same second would share their logs.
    cfg.experiment_name = folder.name
    cfg = common_config(cfg, read_pool(cfg))
    (folder / 'config.py').write_text(cfg.pretty_text)
    (folder / 'fold.py').write_text(fold_source(cfg, FOLD, './config.py'))
    return folder / 'fold.py'


def test_only_the_last_epoch_is_tested_and_kept(tmp_path: Path) -> None:
    config = prepare(tmp_path)
    run_fold(config)
    folder = tmp_path / 'fold'
    assert [path.name for path in folder.glob('*.pth')] == ['model.pth']
    checkpoint = load_from_disk(str(folder / 'model.pth'))
    assert checkpoint['meta']['epoch'] == 3 and 'optimizer' not in checkpoint
    predictions = Predictions.load(folder / 'predictions.json')
    assert [sample['subject'] for sample in predictions.samples] == ['sub03', 'sub03']
    assert not (folder / 'last_checkpoint').exists()


def test_a_trained_fold_is_only_tested(tmp_path: Path) -> None:
    config = prepare(tmp_path)
    run_fold(config)
    model = tmp_path / 'fold' / 'model.pth'
    written = model.stat().st_mtime_ns
    (tmp_path / 'fold' / 'predictions.json').unlink()
    run_fold(config)
    assert model.stat().st_mtime_ns == written
    assert (tmp_path / 'fold' / 'predictions.json').is_file()


def test_the_best_epoch_on_training_subjects_is_tested(tmp_path: Path) -> None:
    best = "default_hooks['checkpoint'].update(save_best='ece', rule='greater')\n"
    config = prepare(tmp_path, INNER_VALIDATION + best)
    run_fold(config)
    scalars = next((tmp_path / 'fold').glob('*/vis_data/scalars.json')).read_text().splitlines()
    rows = [json.loads(line) for line in scalars]
    reached = {row['step']: row['ece'] for row in rows if 'ece' in row}
    assert len(reached) == 3
    epoch = load_from_disk(str(tmp_path / 'fold' / 'model.pth'))['meta']['epoch']
    assert reached[epoch] == max(reached.values())
    assert [path.name for path in (tmp_path / 'fold').glob('*.pth')] == ['model.pth']


def test_two_best_checkpoints_are_refused(tmp_path: Path) -> None:
    best = "default_hooks['checkpoint'].update(save_best=['ece', 'accuracy'], rule='greater')\n"
    config = prepare(tmp_path, INNER_VALIDATION + best)
    with pytest.raises(ValueError, match='save_best left 2 checkpoints'):
        run_fold(config)
