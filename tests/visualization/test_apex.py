import numpy as np

from mmfer.faces import apex_regions
from mmfer.visualization.apex import REGION, draw_apex_regions, plot_apex_curve, plot_intervals
from tests.faces.photo_clips import photo_clip, photo_landmarks


def test_the_apex_is_marked_in_the_curve():
    numbers = range(46, 56)
    curve = np.sin(np.linspace(0, 3, 10))
    (axes,) = plot_apex_curve(numbers, curve, 51, 'a clip', truth=50).axes
    line, apex, point, truth = axes.lines
    np.testing.assert_allclose(line.get_data(), [numbers, curve])
    assert set(apex.get_xdata()) == {51}
    assert point.get_data() == ([51], [curve[5]])
    assert set(truth.get_xdata()) == {50}
    assert [text.get_text() for text in axes.get_legend().texts] == [
        'apex found: frame 51',
        'true apex: frame 50',
    ]


def test_intervals_are_marked_in_the_curve():
    numbers, curve = range(10, 30), np.linspace(0, 5, 20)
    (axes,) = plot_intervals(numbers, curve, [(12, 14), (20, 25)], 3.0, 'a video').axes
    line, least = axes.lines
    np.testing.assert_allclose(line.get_data(), [numbers, curve])
    assert set(least.get_ydata()) == {3.0}
    assert [span.get_extents().width > 0 for span in axes.patches] == [True, True]
    assert [text.get_text() for text in axes.get_legend().texts] == ['least strength: 3', '2 found']
    (empty,) = plot_intervals(numbers, curve, [], 3.0).axes
    assert not empty.patches


def test_regions_are_drawn_in_the_frame():
    frame, points = photo_clip(3, 1)[0], photo_landmarks()
    regions = apex_regions(points, (340, 280))
    regions[3] = 0
    drawn = draw_apex_regions(frame, regions, points)
    assert drawn.shape == (1020, 840, 3)
    for i, (x1, y1, x2, y2) in enumerate(regions * 3):
        if i != 3:
            assert tuple(drawn[y1, (x1 + x2) // 2]) == REGION
            assert tuple(drawn[(y1 + y2) // 2, x2 - 1]) == REGION
    assert tuple(drawn[0, 0]) != REGION
    captioned = draw_apex_regions(frame[..., 0], regions, points, 'frame 51')
    assert captioned.shape[0] > 1020
    assert captioned[1020:].min() < 50
