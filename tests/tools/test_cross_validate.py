"""tools/cross_validate.py as a user runs it: killed, continued, and refused."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from mmfer.engine.experiments.cross_validation import FoldRun
from mmfer.engine.experiments.run_fold import run_fold
from mmfer.evaluation import Predictions
from tests.helpers import ROOT, run_tool, tool_environment
from tests.subjects import SHOWN, write_subject_config, write_subjects
from tests.tools.rald import run_main

SPY = """
import os, signal, time
from pathlib import Path
from mmengine.hooks import Hook
from mmfer.registry import HOOKS

@HOOKS.register_module()
class SpyHook(Hook):
    '''Notes every image trained on; in a first call lets one fold hang and another die.'''

    def __init__(self, trouble):
        self.trouble = Path(trouble)

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        fold = Path(runner.work_dir).name
        with open(Path(runner.work_dir) / 'seen.txt', 'a') as file:
            for sample in data_batch['data_samples']:
                file.write(f'{runner.epoch} {sample.img_path}\\n')
        if self.trouble.exists() and fold == '2_sub02':
            os.kill(os.getpid(), signal.SIGKILL)
        if self.trouble.exists() and fold == '1_sub01' and runner.epoch == 2:
            (self.trouble / 'hangs').write_text(str(os.getpid()))
            time.sleep(600)
"""


def wait_for(what: str, condition: object) -> None:
    """Wait until a condition holds, at most two minutes."""
    for _ in range(1200):
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError(f'{what}: not within two minutes')


def is_alive(pid: int) -> bool:
    try:
        return '\nState:\tZ' not in Path(f'/proc/{pid}/status').read_text()
    except FileNotFoundError:
        return False


def seen(folder: Path) -> list[str]:
    return (folder / 'seen.txt').read_text().splitlines()


def test_a_killed_command_is_continued(tmp_path: Path) -> None:
    (tmp_path / 'spy.py').write_text(SPY)
    root, trouble, work = (
        write_subjects(tmp_path / 'faces'),
        tmp_path / 'trouble',
        tmp_path / 'work',
    )
    spy = f"custom_hooks = [dict(type='SpyHook', trouble=r'{trouble}')]\n"
    spy += "custom_imports = dict(imports=['spy'])\n"
    config = write_subject_config(tmp_path / 'tiny.py', root, spy)
    options = [config, '--protocol', 'loso', '--jobs', 2, '--work-dir', work]

    # The first fold hangs, the second is killed, the third is done; then the tool itself is killed.
    trouble.mkdir()
    log = tmp_path / 'first.txt'
    command = [sys.executable, ROOT / 'tools' / 'cross_validate.py', *map(str, options)]
    with log.open('w') as file:
        tool = subprocess.Popen(
            command, env=tool_environment(tmp_path), stdout=file, stderr=subprocess.STDOUT
        )
        third = work / 'folds' / '3_sub03'
        wait_for('third fold', lambda: 'done: sub03' in log.read_text())
        wait_for('hanging fold', (trouble / 'hangs').exists)
        tool.kill()
        tool.wait()
    assert f'failed: sub02, exit code {-signal.SIGKILL}' in log.read_text()
    hanging = int((trouble / 'hangs').read_text())
    wait_for('end of the hanging fold', lambda: not is_alive(hanging))
    kept = (third / 'predictions.json').stat().st_mtime_ns

    (trouble / 'hangs').unlink()
    trouble.rmdir()
    done = run_tool('cross_validate.py', *options, '--resume', paths=(tmp_path,)).stdout
    assert 'done: sub01' in done and 'done: sub02' in done and 'done: sub03' not in done
    assert (third / 'predictions.json').stat().st_mtime_ns == kept
    check_results(work, done)

    # No image of the subject that is held out was trained on; the first fold went on in epoch 2.
    for fold, name in (('1_sub01', 'sub01'), ('2_sub02', 'sub02'), ('3_sub03', 'sub03')):
        lines = seen(work / 'folds' / fold)
        tested = Predictions.load(work / 'folds' / fold / 'predictions.json').samples
        assert {sample['subject'] for sample in tested} == {name}
        trained = {line.split(maxsplit=1)[1] for line in lines}
        assert len(trained) == 12 - len(SHOWN[name])
        assert not trained & {sample['img_path'] for sample in tested}
    epochs = [line.split()[0] for line in seen(work / 'folds' / '1_sub01')]
    # Its first batch of the third epoch had four images when it was killed.
    assert epochs == ['0'] * 7 + ['1'] * 7 + ['2'] * (4 + 7)

    # The fold that was killed ends as one that was not.
    whole = tmp_path / 'whole' / 'folds' / '1_sub01.py'
    whole.parent.mkdir(parents=True)
    for path in (work / 'config.py', work / 'folds' / '1_sub01.py'):
        target = tmp_path / 'whole' / path.relative_to(work)
        target.write_text(path.read_text())
    sys.path.insert(0, str(tmp_path))
    try:
        run_fold(whole)
    finally:
        sys.path.remove(str(tmp_path))
    again = Predictions.load(whole.with_suffix('') / 'predictions.json')
    assert again.samples == Predictions.load(work / 'folds/1_sub01/predictions.json').samples


def check_results(work: Path, printed: str) -> None:
    """Check the tables, the report and the image of the three subjects."""
    report = json.loads((work / 'results.json').read_text())
    assert (report['protocol'], report['seed'], report['num_samples']) == ('loso', 0, 12)
    matrix = report['confusion_matrix']
    assert [sum(row) for row in matrix] == [4, 4, 4]
    assert report['accuracy'] == pytest.approx(100 * sum(matrix[i][i] for i in range(3)) / 12)
    assert sum(row['correct'] for row in report['folds']) == sum(matrix[i][i] for i in range(3))
    text = (work / 'results.md').read_text()
    assert text in printed
    rows = [line for line in text.splitlines() if line.startswith('| sub')]
    assert [row.split(' | ')[1:3] for row in rows] == [
        ['sub01', '5'],
        ['sub02', '5'],
        ['sub03', '2'],
    ]
    assert rows[2].endswith('only sadness |')
    assert 'macro F1 (UF1)' in text and '(UAR)' in text
    with Image.open(work / 'results.png') as figure:
        assert figure.width > 600
    pooled = Predictions.load(work / 'predictions.json').samples
    assert all(sample['fold'] == sample['subject'] for sample in pooled)


def refused(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> str:
    with pytest.raises(SystemExit) as error:
        run_main(monkeypatch, 'cross_validate.py', *arguments)
    return str(error.value)


def test_a_leak_is_one_clear_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leak = "default_hooks['checkpoint']['save_best'] = 'accuracy'\n"
    config = write_subject_config(tmp_path / 'leak.py', write_subjects(tmp_path / 'faces'), leak)
    message = refused(monkeypatch, config, '--protocol', 'loso', '--work-dir', tmp_path / 'work')
    assert message.startswith("Error: Leakage: default_hooks.checkpoint.save_best='accuracy'")
    assert not (tmp_path / 'work').exists()


def test_data_that_cannot_be_divided_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_subjects(tmp_path / 'faces')
    config = write_subject_config(tmp_path / 'tiny.py', root)
    few = refused(monkeypatch, config, '--protocol', 'kfold', '--folds', 4)
    assert 'show 3 subjects (sub01, sub02, sub03), but the folds need 4' in few
    table = (root / 'train.csv').read_text().replace(',subject', ',who')
    (root / 'train.csv').write_text(table)
    unknown = refused(monkeypatch, config, '--protocol', 'kfold', '--folds', 2)
    assert '12 of 12 samples' in unknown and 'have no subject' in unknown


def run_here(self: FoldRun, threads: int) -> int:
    """Run a fold in this process, in which all modules are imported."""
    run_fold(self.config)
    return 0


def test_kfold_is_drawn_by_the_seed_and_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    config = write_subject_config(tmp_path / 'tiny.py', write_subjects(tmp_path / 'faces'))
    work = tmp_path / 'work'
    options = [config, '--protocol', 'kfold', '--folds', 2, '--seed', 3, '--work-dir', work]
    options += ['--cfg-options', 'train_cfg.max_epochs=1']
    monkeypatch.setattr(FoldRun, 'run', run_here)
    run_main(monkeypatch, 'cross_validate.py', *options)
    report = json.loads((work / 'results.json').read_text())
    assert sorted(len(row['held_out']) for row in report['folds']) == [1, 2]
    assert 'randomness = dict(deterministic=False, seed=3)' in (work / 'config.py').read_text()
    assert 'holds a cross validation already' in refused(monkeypatch, *options)
    capsys.readouterr()
    run_main(monkeypatch, 'cross_validate.py', *options, '--resume')
    assert 'done:' not in capsys.readouterr().out
