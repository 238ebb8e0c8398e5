import numpy as np

from mmfer.visualization.plots import plot_folds

FOLDS = [
    {'fold': 'sub01', 'samples': 4, 'correct': 1, 'classes': {'anger': 2, 'joy': 2}},
    {'fold': 'sub02', 'samples': 2, 'correct': 2, 'classes': {'joy': 2}},
]


def test_bars_and_matrix_show_the_counts() -> None:
    figure = plot_folds(np.array([[1, 1], [2, 2]]), ('anger', 'joy'), FOLDS, 'a title')
    matrix, bars = figure.axes
    assert [t.get_text() for t in matrix.texts] == ['50', '50', '50', '50']
    assert [bar.get_width() for bar in bars.patches] == [25, 100]
    assert [t.get_text() for t in bars.texts] == ['1/4', '2/2, only joy']
    assert [t.get_text() for t in bars.get_yticklabels()] == ['sub01', 'sub02']
    assert bars.get_legend().get_texts()[0].get_text() == 'all folds: 50.0 %'
    assert figure.get_suptitle() == 'a title'


def test_a_fold_of_one_class_has_another_color() -> None:
    figure = plot_folds(np.eye(2), ('anger', 'joy'), FOLDS)
    first, second = figure.axes[1].patches
    assert first.get_facecolor() != second.get_facecolor()


def test_the_image_grows_with_the_folds() -> None:
    short, tall = (plot_folds(np.eye(2), ('a', 'b'), FOLDS * n) for n in (1, 13))
    assert tall.get_figheight() > 1.5 * short.get_figheight()
