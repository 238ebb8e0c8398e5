"""One threshold for all layers, checked channel by channel."""

import numpy as np
import pytest

from mmfer.engine.pruning.selection import select_channels


def random_layers(*widths: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.random(width) for width in widths]


@pytest.mark.parametrize('ratio', [0.1, 0.4, 0.5, 0.6])
def test_the_threshold_covers_all_channels_together(ratio):
    layers = random_layers(20, 50, 30)
    selection = select_channels(layers, ratio)
    everything = np.sort(np.concatenate(layers))
    threshold = everything[round(100 * ratio) - 1]
    assert selection.threshold == threshold
    for layer, kept in zip(layers, selection.kept, strict=True):
        np.testing.assert_array_equal(kept, np.flatnonzero(layer > threshold))
    assert not any(selection.at_floor)


def test_the_floor_is_kept():
    layers = [np.array([0.1, 0.3, 0.2, 0.4, 0.5]), np.linspace(1, 2, 5)]
    selection = select_channels(layers, 0.5, floor=0.4)
    assert [kept.tolist() for kept in selection.kept] == [[3, 4], [0, 1, 2, 3, 4]]
    assert selection.at_floor == [True, False]
    one = select_channels(layers, 0.5, floor=0)
    assert [kept.tolist() for kept in one.kept] == [[4], [0, 1, 2, 3, 4]]
    assert one.at_floor == [True, False]


def test_rounding_keeps_the_best_of_the_removed_channels():
    layers = [np.arange(10.0), np.arange(10.0) + 0.5]
    selection = select_channels(layers, 0.5, round_to=4)
    assert [kept.tolist() for kept in selection.kept] == [[*range(2, 10)]] * 2
    # A layer that is no multiple can keep all it has.
    assert [len(kept) for kept in select_channels(layers, 0.05, round_to=4).kept] == [10, 10]


def test_equal_scores_are_removed_evenly():
    selection = select_channels([np.ones(8), np.ones(40)], 0.25)
    assert [len(kept) for kept in selection.kept] == [6, 30]


def test_tied_channels_are_removed_together():
    # Four channels in two groups: 0 and 2 are first in their group, 1 and 3 second.
    layers = [np.array([0.9, 0.1, 0.9, 0.5]), np.array([0.2, 0.6, 0.7, 0.8])]
    selection = select_channels(layers, 0.375, tied=[2, 1])
    assert [kept.tolist() for kept in selection.kept] == [[0, 2], [1, 2, 3]]
    assert selection.threshold == pytest.approx(0.3)


def test_rounding_of_tied_channels():
    layers = [np.arange(32.0)]
    selection = select_channels(layers, 0.5, round_to=8, tied=[4])
    assert selection.kept[0].tolist() == [
        4,
        5,
        6,
        7,
        12,
        13,
        14,
        15,
        20,
        21,
        22,
        23,
        28,
        29,
        30,
        31,
    ]
