import json
from pathlib import Path

import pytest

from mmfer.shipped_models import shipped_checkpoint
from tests.datasets.official import write_ferplus_folders
from tests.helpers import ROOT
from tests.tools.rald import run_main

TOOL = 'analysis_tools/transfer.py'
EYE = [tuple(10 if k == c else 0 for k in range(10)) for c in range(8)]
MODEL = (
    ROOT / 'configs/resnet/resnet18_renderings-48px.py',
    shipped_checkpoint('resnet18_renderings'),
)


def test_a_model_is_evaluated_on_another_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ferplus_folders(tmp_path / 'faces', [*EYE, EYE[0]])
    out, plot = tmp_path / 'report.json', tmp_path / 'matrix.png'
    options = ['--data', 'ferplus', '--data-root', tmp_path / 'faces', '--out', out, '--plot', plot]
    run_main(monkeypatch, TOOL, *MODEL, *options)
    report = json.loads(out.read_text())
    assert sum(map(sum, report['confusion_matrix'])) == 9
    assert report['unused'] == [] and report['left_out'] == {}
    assert report['majority']['accuracy'] == pytest.approx(100 * 2 / 9)
    assert 'always the most frequent class: 22.22' in capsys.readouterr().out
    assert plot.stat().st_size > 1000


def test_a_shipped_model_needs_only_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ferplus_folders(tmp_path / 'faces', [*EYE, EYE[0]])
    options = ['--data', 'ferplus', '--data-root', tmp_path / 'faces', '--out']
    run_main(monkeypatch, TOOL, *MODEL, *options, tmp_path / 'files.json')
    run_main(monkeypatch, TOOL, 'resnet18_renderings', *options, tmp_path / 'name.json')
    by_files, by_name = (
        json.loads((tmp_path / f'{name}.json').read_text()) for name in ('files', 'name')
    )
    assert by_name == by_files


@pytest.mark.parametrize(
    ('data', 'message'),
    [('FERPlus', 'give one of ferplus, photographs, or a config'), ('no_test.py', 'no test_data')],
)
def test_data_without_a_test_set_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, message: str
) -> None:
    (tmp_path / 'no_test.py').write_text("model = dict(type='ImageClassifier')\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=message):
        run_main(monkeypatch, TOOL, *MODEL, '--data', data)
