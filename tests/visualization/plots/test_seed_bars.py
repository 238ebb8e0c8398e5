import numpy as np
import pytest

from mmfer.visualization.plots import plot_rows

ROWS = {
    'ResNet-50': {'accuracy': [60.0, 70.0], 'macro F1': [50.0, 54.0]},
    'SE-ResNeXt-50': {'accuracy': [80.0, 90.0], 'macro F1': [70.0, 71.0]},
}


def test_a_bar_for_each_mean_and_a_dot_for_each_seed() -> None:
    figure = plot_rows(ROWS, 'a title')
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [65, 85, 52, 70.5]
    dots = [line.get_xdata().tolist() for line in axes.lines]
    assert dots == [[60, 70], [80, 90], [50, 54], [70, 71]]
    assert [t.get_text() for t in axes.texts] == ['65.0', '85.0', '52.0', '70.5']
    assert [t.get_text() for t in axes.get_yticklabels()] == list(ROWS)
    legend = [t.get_text() for t in axes.get_legend().get_texts()]
    assert legend == ['accuracy', 'macro F1'] and figure.get_suptitle() == 'a title'


def test_bars_do_not_overlap() -> None:
    axes = plot_rows(ROWS).axes[0]
    low, high = (
        np.array([f(bar) for bar in axes.patches])
        for f in (lambda bar: bar.get_y(), lambda bar: bar.get_y() + bar.get_height())
    )
    order = np.argsort(low)
    assert (high[order][:-1] < low[order][1:]).all()


def test_one_seed_has_no_dot() -> None:
    assert not plot_rows({'a': {'accuracy': [60.0]}}).axes[0].lines


@pytest.mark.parametrize('rows', [{}, {'a': {}}, {**ROWS, 'other': {'accuracy': [1.0]}}])
def test_rows_that_do_not_match_are_refused(rows: dict) -> None:
    with pytest.raises(ValueError, match='the same measures'):
        plot_rows(rows)
