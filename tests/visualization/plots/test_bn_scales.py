import numpy as np
import pytest

from mmfer.visualization.plots import figure_pixels, plot_scales

SCALES = {'bn1': np.array([0.5, -0.5, 0.0, 2.0]), 'bn2': np.array([-1e-3, 1e-3])}


def test_every_channel_is_in_the_histogram_and_every_layer_has_its_quantiles() -> None:
    figure = plot_scales(SCALES, threshold=0.1, title='after epoch 1')
    histogram, quantiles = figure.axes
    assert sum(patch.get_width() for patch in histogram.patches) == 6
    assert [label.get_text() for label in quantiles.get_xticklabels()] == ['bn1', 'bn2']
    median, line = quantiles.lines
    np.testing.assert_allclose(median.get_ydata(), [0.5, 1e-3])
    assert set(line.get_ydata()) == {0.1}
    assert line.get_label() == '50% lie below'
    assert figure.get_suptitle() == 'after epoch 1'


def test_without_a_threshold_there_is_no_line() -> None:
    assert len(plot_scales(SCALES).axes[1].lines) == 1


def test_pixels() -> None:
    pixels = figure_pixels(plot_scales(SCALES))
    assert pixels.shape == (440, 1100, 3)
    assert pixels.dtype == np.uint8
    assert (pixels == 255).all(-1).mean() > 0.5
    assert (pixels == (0x2A, 0x6F, 0xBB)).all(-1).sum() > 100


def test_a_network_without_scales_is_refused() -> None:
    with pytest.raises(ValueError, match='no scales to draw'):
        plot_scales({})
