import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.evaluation import Predictions
from tests.tools.rald import run_main

TOOL = 'analysis_tools/confusion_matrix.py'


def dump(path: Path, guess: int = 0, classes: str = 'abc', images: int = 6) -> Path:
    """Predictions that are always the same class."""
    samples = [
        {
            'img_path': f'{i}.png',
            'sample_idx': i,
            'gt_label': i % 3,
            'pred_label': guess,
            'pred_scores': [0.5 if c == guess else 0.25 for c in range(3)],
        }
        for i in range(images)
    ]
    Predictions(list(classes), samples, ['x', 'y'], [0, 0, 1]).save(path)
    return path


def test_predictions_become_an_image_and_a_report(tmp_path, monkeypatch, capsys) -> None:
    out = tmp_path / 'new' / 'matrix.png'
    run_main(monkeypatch, TOOL, dump(tmp_path / 'p.json'), '--out', out)
    assert min(Image.open(out).size) > 300
    report = json.loads(out.with_suffix('.json').read_text())
    assert report['confusion_matrix'] == [[2, 0, 0], [2, 0, 0], [2, 0, 0]]
    assert np.isclose(report['coarse_accuracy'], 100 * 4 / 6)
    assert 'coarse accuracy' in capsys.readouterr().out


def test_several_matrices_keep_the_given_order(tmp_path, monkeypatch) -> None:
    out = tmp_path / 'matrix.png'
    predictions = ['--predictions', tmp_path / 'p.json']
    dump(tmp_path / 'p.json'), dump(tmp_path / 'q.json', 2)
    run_main(monkeypatch, TOOL, *predictions, 'one', '--out', out)
    single = Image.open(out).size
    other = ['--predictions', tmp_path / 'q.json', 'two']
    run_main(monkeypatch, TOOL, *other, *predictions, 'one', '--out', out)
    assert Image.open(out).size == (pytest.approx(2 * single[0], abs=1), single[1])
    reports = json.loads(out.with_suffix('.json').read_text())
    assert list(reports) == ['two', 'one']
    assert reports['two']['confusion_matrix'] == [[0, 0, 2]] * 3
    assert reports['one']['confusion_matrix'] == [[2, 0, 0]] * 3


def test_a_model_is_tested(tmp_path, monkeypatch, small_rald) -> None:
    out = tmp_path / 'matrix.png'
    arguments = ['--model', small_rald.config, small_rald.checkpoint, 'one', '--out', out]
    run_main(monkeypatch, TOOL, *arguments, '--work-dir', tmp_path / 'work')
    report = json.loads(out.with_suffix('.json').read_text())
    assert report['num_samples'] == np.sum(report['confusion_matrix']) == 33


@pytest.mark.parametrize(
    ('options', 'name', 'message'),
    [
        ({'classes': 'abd'}, 'two', 'predicts 3 classes'),
        ({'images': 5}, 'two', 'differ from those of the first model'),
        ({}, 'one', 'Two models are called "one"'),
    ],
)
def test_predictions_of_different_data_are_refused(
    options, name, message, tmp_path, monkeypatch
) -> None:
    files = dump(tmp_path / 'p.json'), dump(tmp_path / 'q.json', **options)
    arguments = ['--predictions', files[0], 'one', '--predictions', files[1], name]
    with pytest.raises(SystemExit, match=message):
        run_main(monkeypatch, TOOL, *arguments, '--out', tmp_path / 'out.png')


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [(['a.py'], 'give the checkpoint'), ([], 'Give predictions, or')],
)
def test_missing_predictions_are_refused(arguments, message, monkeypatch) -> None:
    with pytest.raises(SystemExit, match=message):
        run_main(monkeypatch, TOOL, *arguments)
