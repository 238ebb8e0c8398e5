import pytest

from mmfer.visualization.plots.tradeoff import not_beaten, plot_tradeoff

POINTS = {'large': (9.0, 86.0), 'small': (1.0, 79.0), 'slow': (2.0, 78.0), 'int8': (1.5, 81.0)}


def test_the_models_that_no_other_one_beats() -> None:
    assert not_beaten(POINTS) == ['small', 'int8', 'large']
    assert not_beaten({'a': (1.0, 80.0), 'b': (1.0, 81.0)}) == ['b']
    assert not_beaten({'a': (1.0, 80.0), 'b': (2.0, 80.0)}) == ['a']


def test_a_point_for_each_model_and_a_line_through_the_best() -> None:
    (axes,) = plot_tradeoff(POINTS, 'a title').axes
    line, *points = axes.lines
    assert list(zip(*line.get_data(), strict=True)) == [(1.0, 79.0), (1.5, 81.0), (9.0, 86.0)]
    assert [(*p.get_xdata(), *p.get_ydata()) for p in points] == list(POINTS.values())
    assert [t.get_text() for t in axes.texts] == list(POINTS)
    colors = {name: p.get_color() for name, p in zip(POINTS, points, strict=True)}
    assert colors['slow'] not in {colors['small'], colors['int8'], colors['large']}


def test_no_models_are_refused() -> None:
    with pytest.raises(ValueError, match='needs one model'):
        plot_tradeoff({})
