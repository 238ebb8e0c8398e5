import json
from pathlib import Path

import pytest

from mmfer.visualization.plots.curves import Curve, plot_curves, read_scalars


def write_log(folder: Path, rows: list[dict]) -> Path:
    path = folder / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text('\n'.join(map(json.dumps, rows)) + '\n')
    return path


def test_the_newest_run_is_read_with_its_axes(tmp_path: Path) -> None:
    write_log(tmp_path / '20260101_000000', [{'loss': 9.0, 'step': 1, 'iter': 1}])
    write_log(
        tmp_path / '20260102_000000',
        [
            {'lr': 0.1, 'loss': 2.0, 'epoch': 1, 'iter': 10, 'step': 10},
            {'lr': 0.1, 'loss': 1.0, 'epoch': 1, 'iter': 20, 'step': 20},
            {'accuracy': 50.0, 'step': 1},
        ],
    )
    curves = read_scalars(tmp_path)
    assert curves['loss'] == Curve('iteration', [10, 20], [2, 1])
    assert curves['accuracy'] == Curve('epoch', [1], [50])
    assert set(curves) == {'lr', 'loss', 'accuracy'}


def test_a_training_by_iteration_validates_by_iteration(tmp_path: Path) -> None:
    path = write_log(tmp_path, [{'loss': 1, 'iter': 5, 'step': 5}, {'accuracy': 3, 'step': 5}])
    assert read_scalars(path)['accuracy'].axis == 'iteration'


def test_each_scalar_has_a_panel_with_a_line_for_each_run() -> None:
    runs = {
        'a': {'loss': Curve('iteration', [1, 2], [3, 1]), 'accuracy': Curve('epoch', [1], [9])},
        'b': {'loss': Curve('iteration', [1, 2], [4, 2])},
    }
    figure = plot_curves(runs, ['loss', 'accuracy'])
    loss, accuracy = figure.axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [[3, 1], [4, 2]]
    assert [line.get_label() for line in accuracy.lines] == ['a']
    assert (loss.get_xlabel(), accuracy.get_xlabel()) == ('iteration', 'epoch')
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ['a', 'b']


def test_missing_logs_and_scalars_are_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'No vis_data/scalars\.json below'):
        read_scalars(tmp_path)
    with pytest.raises(FileNotFoundError, match='No log at'):
        read_scalars(tmp_path / 'no.json')
    (tmp_path / 'a.json').write_text('{"step": 1}\nnot json\n')
    with pytest.raises(ValueError, match='line 2'):
        read_scalars(tmp_path / 'a.json')
    with pytest.raises(ValueError, match='No run has f1. Available: loss'):
        plot_curves({'a': {'loss': Curve('iteration', [1], [1])}}, ['f1'])


@pytest.mark.parametrize('line', ['3', '[1]', '{"loss": '])
def test_lines_that_are_no_objects_are_located(tmp_path: Path, line: str) -> None:
    (tmp_path / 'a.json').write_text('{"loss": 1, "step": 0}\n' + line)
    with pytest.raises(ValueError, match=r'a\.json, line 2'):
        read_scalars(tmp_path / 'a.json')
