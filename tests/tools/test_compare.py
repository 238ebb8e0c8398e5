import json
import shutil
from pathlib import Path

import pytest

from tests.pages.conftest import tested  # noqa: F401  (a fixture)
from tests.tools.rald import run_main

TOOL = 'analysis_tools/compare.py'


def test_files_checkpoints_and_runs_give_the_same(tested, tmp_path, monkeypatch, capsys):  # noqa: F811
    run = tmp_path / 'run'
    run.mkdir()
    shutil.copy(tested.checkpoint, run)
    page = tmp_path / 'page.html'
    run_main(monkeypatch, TOOL, tested.dump, run, '--out', page, '--draws', 20)
    said = capsys.readouterr().out
    assert '| measure | first | second | difference | 95 % interval | p |' in said
    assert f'only "{tested.dump}" is right on 0, and only "{run}" on 0' in said
    assert page.is_file()
    shutil.copy(tested.dump, run / 'predictions.json')
    (run / 'best_accuracy_epoch_1.pth').unlink()
    run_main(monkeypatch, TOOL, tested.dump, run, '--names', 'a', 'b', '--draws', 5)
    assert 'only "a" is right on 0' in capsys.readouterr().out


def test_other_images_are_a_message(tested, tmp_path, monkeypatch):  # noqa: F811
    content = json.loads(tested.dump.read_text())
    content['predictions'].pop()
    shorter = tmp_path / 'shorter.json'
    shorter.write_text(json.dumps(content))
    with pytest.raises(SystemExit, match='Error: The images or labels of ".*shorter.json" differ'):
        run_main(monkeypatch, TOOL, tested.dump, shorter)


def test_a_folder_without_a_choice_is_a_message(tmp_path: Path, monkeypatch):
    for said in ('no best_', '2 files best_'):
        with pytest.raises(SystemExit, match=f'has no predictions.json and {said}'):
            run_main(monkeypatch, TOOL, tmp_path, tmp_path)
        for name in 'ab':
            (tmp_path / f'best_{name}.pth').touch()
