import numpy as np

from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.proportions import class_counts


def test_counts_are_in_proportion_with_one_at_least():
    assert class_counts(10, [1, 1, 1]) == [4, 3, 3]
    assert class_counts(100, [1, 1000]) == [1, 99]
    shares = build_layout('rafdb').shares['train']
    counts = class_counts(10_000, shares)
    assert sum(counts) == 10_000
    assert np.abs(np.subtract(counts, np.array(shares) * 10_000 / 12_271)).max() <= 2


def test_shares_that_add_up_are_the_counts():
    assert class_counts(255, (99, 63, 32, 27, 25, 7, 2)) == [99, 63, 32, 27, 25, 7, 2]
