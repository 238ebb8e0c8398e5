import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from mmfer.engine import load_config
from mmfer.engine.experiments.cross_validation import (
    FoldRun,
    check_complete,
    prepare,
    run_folds,
)
from mmfer.engine.experiments.folds import Pool
from mmfer.evaluation import Fold, Predictions, loso
from tests.subjects import write_subject_config

FOLDS = loso(['a/1', 'b'])


def plan(
    folder: Path,
    resume: bool = False,
    folds: list[Fold] = FOLDS,
    digest: str = 'e3b0',
    **options: object,
):
    cfg = load_config(write_subject_config(folder / 'tiny.py', folder), 'work', options)
    return prepare(cfg, folds, Pool([], [], [], digest), folder / 'runs', resume)


def test_every_fold_has_a_config(tmp_path: Path) -> None:
    runs = plan(tmp_path)
    assert [run.folder for run in runs] == [
        tmp_path / 'runs/folds/1_a_1',
        tmp_path / 'runs/folds/2_b',
    ]
    cfg = load_config(runs[0].config)
    assert cfg.test_dataloader.dataset.subjects == ['a/1']
    assert not any(run.finished for run in runs)


def test_existing_runs_need_resume_and_the_same_settings(tmp_path: Path) -> None:
    plan(tmp_path)
    with pytest.raises(ValueError, match='holds a cross validation already. Continue .* --resume'):
        plan(tmp_path)
    assert len(plan(tmp_path, resume=True)) == 2
    with pytest.raises(
        ValueError, match=r'had other settings: config.py, line \d+, was .* and is .*= 9'
    ):
        plan(tmp_path, resume=True, **{'train_cfg.max_epochs': 9})
    with pytest.raises(ValueError, match=r"had other settings: folds/1_a_1.py, .*'a/1'.*'c'"):
        plan(tmp_path, resume=True, folds=[Fold('a/1', ('c',), ('b',)), FOLDS[1]])
    with pytest.raises(ValueError, match='used other data .samples, labels or landmarks.'):
        plan(tmp_path, resume=True, digest='77af')
    with pytest.raises(ValueError, match='does not tell whether .* data changed'):
        plan(tmp_path, resume=True, digest='e3b0\n77af')
    (tmp_path / 'runs/data.sha256').unlink()
    with pytest.raises(ValueError, match='used other data'):
        plan(tmp_path, resume=True)


def test_a_half_written_plan_is_completed(tmp_path: Path) -> None:
    runs = plan(tmp_path)
    runs[1].config.unlink()
    plan(tmp_path, resume=True)
    assert runs[1].config.is_file()


@dataclass(frozen=True)
class Pretended(FoldRun):
    """A substitute for a fold that ends at once."""

    def run(self, threads: int) -> int:
        if self.fold.name == 'bad':
            return 3
        save(self, [('x.png', 0)])
        return threads - 1


def save(run: FoldRun, samples: list[tuple[str, int]]) -> None:
    scores = [1.0, 0.0]
    rows = [{'img_path': path, 'gt_label': label, 'pred_scores': scores} for path, label in samples]
    Predictions(['joy', 'fear'], rows).save(run.folder / 'predictions.json')


def test_a_failing_fold_does_not_affect_other_folds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    names = ['bad', 'b', 'done', 'c']
    runs = [Pretended(Fold(name, (name,), ()), tmp_path / f'{name}.py') for name in names]
    save(runs[2], [('x.png', 0)])
    told = []
    run_folds(runs, 2, lambda run, code: told.append((run.fold.name, code)))
    assert sorted(told) == [('b', 0), ('bad', 3), ('c', 0)]


def test_every_sample_must_be_tested_once(tmp_path: Path) -> None:
    runs = [FoldRun(fold, tmp_path / f'{fold.name[0]}.py') for fold in FOLDS]
    pool = Pool(['x.png', 'y.png', 'z.png'], [0, 0, 0], ['a/1', 'b', 'b'])
    save(runs[0], [('x.png', 0)])
    save(runs[1], [('y.png', 0), ('z.png', 0)])
    check_complete(runs, pool)
    for wrong in ([('y.png', 0)], [('y.png', 0)] * 2, [('y.png', 0), ('z.png', 1)]):
        save(runs[1], wrong)
        with pytest.raises(ValueError, match=re.escape(f'before {runs[1].folder} was tested')):
            check_complete(runs, pool)
