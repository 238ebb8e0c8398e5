import numpy as np
import pytest

from mmfer.evaluation.clips.spotting import (
    SpottingScore,
    chance_score,
    interval_iou,
    matched,
    spotting_score,
)


def test_iou_equals_sets_of_frames() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        one, other = (tuple(sorted(rng.integers(0, 20, 2).tolist())) for _ in range(2))
        frames = [set(range(a, b + 1)) for a, b in (one, other)]
        expected = len(frames[0] & frames[1]) / len(frames[0] | frames[1])
        assert interval_iou(one, other) == pytest.approx(expected)


def test_each_interval_is_matched_once() -> None:
    # Both found intervals fit the first true one; the better one is taken.
    assert matched([(1, 10), (2, 9)], [(2, 9), (30, 40)]) == [(1, 0)]
    assert matched([(1, 10), (30, 34)], [(1, 6), (30, 40)]) == [(0, 0)]
    assert matched([(1, 10)], [(1, 5)]) == [(0, 0)]  # exactly 0.5
    assert matched([(1, 11)], [(1, 5)]) == []
    assert matched([], [(1, 5)]) == []


def test_counts_of_all_videos_are_added() -> None:
    score = spotting_score([[(1, 10), (50, 60)], [], [(5, 9)]], [[(1, 10)], [(3, 9)], [(5, 9)]])
    assert score == SpottingScore(2, 3, 3)
    assert score.precision == score.recall == score.f1 == pytest.approx(200 / 3)
    uneven = SpottingScore(2, 8, 4)
    both = uneven.precision, uneven.recall
    assert uneven.f1 == pytest.approx(2 * both[0] * both[1] / sum(both))
    empty = SpottingScore(0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (0, 0, 0)


def test_chance_equals_the_share_of_places() -> None:
    # Ten frames in a video of 100: 91 places, of which those shifted by up to 3 reach 0.5.
    true = [[(41, 50)]]
    right = sum(interval_iou((s, s + 9), true[0][0]) >= 0.5 for s in range(1, 92))
    score = chance_score([(1, 100)], true, draws=20_000)
    assert score.true_positives == pytest.approx(right / 91, abs=0.01)
    assert (score.found, score.true) == (1, 1)
    assert chance_score([(1, 10)], [[(1, 10)]]).f1 == 100
    two = [[(1, 10), (91, 100)]]
    many = chance_score([(1, 100)], two, draws=20_000, as_many=True)
    assert (many.found, many.true) == (2, 2)
    one = chance_score([(1, 100)], two, draws=20_000)
    # Each of two intervals is right as often as the only one; rarely, both fit the same place.
    assert one.true_positives < many.true_positives <= 2 * one.true_positives + 0.02
    with pytest.raises(ValueError, match='no mean length'):
        chance_score([(1, 10)], [[]])
