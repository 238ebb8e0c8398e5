import numpy as np

from mmfer.visualization.plots import plot_confusion

CLASSES = ('worry', 'anger', 'panic')


def test_rows_are_in_percent_and_classes_are_grouped() -> None:
    matrix = np.array([[3, 1, 0], [0, 0, 0], [0, 0, 8]])
    figure = plot_confusion({'a title': matrix}, CLASSES, ('fear', 'anger'), (0, 1, 0))
    axes = figure.axes[0]
    shown = axes.images[0].get_array()
    # worry and panic are brought together
    np.testing.assert_allclose(shown, [[75, 0, 25], [0, 100, 0], [0, 0, 0]])
    assert [t.get_text() for t in axes.get_xticklabels()] == ['worry', 'panic', 'anger']
    assert [t.get_text() for t in axes.get_yticklabels()] == [
        'worry (4)',
        'panic (8)',
        'anger (0)',
    ]
    texts = [t.get_text() for t in axes.texts]
    assert texts == ['75', '25', '100', 'fear', 'anger']
    assert [(p.get_x(), p.get_width()) for p in axes.patches] == [(-0.5, 2), (1.5, 1)]


def test_without_a_tree_the_order_is_kept() -> None:
    figure = plot_confusion({'': np.eye(3)}, CLASSES)
    labels = [t.get_text() for t in figure.axes[0].get_xticklabels()]
    assert labels == list(CLASSES)
    assert not figure.axes[0].patches


def test_the_image_grows_with_the_classes() -> None:
    small, large = (plot_confusion({'': np.eye(n)}, [str(i) for i in range(n)]) for n in (7, 33))
    assert large.get_figwidth() > 2 * small.get_figwidth()


def test_at_most_three_matrices_are_side_by_side(tmp_path) -> None:
    matrices = {name: np.roll(np.eye(3), i, axis=1) for i, name in enumerate('abcd')}
    figure = plot_confusion(matrices, CLASSES)
    panels = [axes for axes in figure.axes if axes.get_xlabel() == 'predicted']
    for axes, matrix in zip(panels, matrices.values(), strict=True):
        np.testing.assert_allclose(axes.images[0].get_array(), 100 * matrix)
        assert axes.images[0].get_clim() == (0, 100)
    assert [p.get_suptitle() for p in figure.subfigs[:4]] == list('abcd')
    figure.savefig(tmp_path / 'four.png')  # lays the panels out
    boxes = [axes.get_window_extent() for axes in panels]
    assert boxes[0].x1 < boxes[1].x0 < boxes[1].x1 < boxes[2].x0
    assert boxes[3].y1 < boxes[0].y0
    np.testing.assert_allclose(boxes[0].size, boxes[2].size)
