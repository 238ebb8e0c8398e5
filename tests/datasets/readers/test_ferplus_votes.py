import numpy as np
import pytest

from mmfer.datasets.readers.ferplus_votes import vote_targets

# Votes for neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown, NF, and
# by hand: the shares of the classes, or None for an image that is left out.
UNANIMOUS = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0)
CASES = {
    'majority': [
        (UNANIMOUS, {1: 1.0}),
        ((6, 0, 1, 1, 0, 0, 0, 0, 2, 0), {0: 1.0}),
        # Half is no majority: 5 of 10, and 4 of 8 after two single votes.
        ((5, 5, 0, 0, 0, 0, 0, 0, 0, 0), None),
        ((4, 0, 1, 1, 4, 0, 0, 0, 0, 0), None),
        # 5 of 9 after one single vote is.
        ((5, 4, 1, 0, 0, 0, 0, 0, 0, 0), {0: 1.0}),
        # 4 of 10, but of 7 that count.
        ((4, 3, 1, 1, 1, 0, 0, 0, 0, 0), {0: 1.0}),
        ((2, 0, 0, 0, 0, 0, 0, 0, 8, 0), None),
        ((0, 0, 0, 0, 0, 0, 0, 0, 0, 10), None),
        ((1, 1, 1, 1, 1, 1, 1, 1, 1, 1), None),
        ((0, 0, 0, 0, 0, 0, 0, 0, 0, 0), None),
    ],
    'probability': [
        (UNANIMOUS, {1: 1.0}),
        # 8 of 10 is beyond 75 %, so the next does not count.
        ((8, 2, 0, 0, 0, 0, 0, 0, 0, 0), {0: 1.0}),
        ((6, 4, 0, 0, 0, 0, 0, 0, 0, 0), {0: 0.6, 1: 0.4}),
        ((5, 3, 2, 0, 0, 0, 0, 0, 0, 0), {0: 5 / 8, 1: 3 / 8}),
        ((4, 3, 0, 3, 0, 0, 0, 0, 0, 0), {0: 0.4, 1: 0.3, 3: 0.3}),
        # Two at the same height are taken together; four are too many.
        ((2, 2, 0, 2, 2, 0, 0, 0, 0, 0), None),
        ((3, 3, 0, 3, 0, 0, 0, 0, 0, 0), {0: 1 / 3, 1: 1 / 3, 3: 1 / 3}),
        ((4, 2, 2, 2, 0, 0, 0, 0, 0, 0), None),
        # Unknown comes second: what is before it has 6 of 10.
        ((6, 0, 0, 0, 0, 0, 0, 0, 4, 0), {0: 1.0}),
        # Of the first two, one is unknown: half of the votes are too few.
        ((5, 0, 0, 0, 0, 0, 0, 0, 5, 0), None),
        ((4, 2, 0, 0, 0, 0, 0, 0, 4, 0), None),
        ((3, 0, 0, 0, 0, 0, 0, 0, 7, 0), None),
    ],
    'multi_target': [
        (UNANIMOUS, {1: 1.0}),
        ((5, 3, 2, 0, 0, 0, 0, 0, 0, 0), {0: 5 / 8, 1: 3 / 8}),
        ((3, 3, 0, 3, 0, 0, 0, 0, 0, 1), {0: 1 / 3, 1: 1 / 3, 3: 1 / 3}),
        # Unknown has 30 %, too, but is not the first.
        ((4, 3, 0, 0, 0, 0, 0, 0, 3, 0), {0: 4 / 7, 1: 3 / 7}),
        ((3, 2, 0, 0, 0, 0, 0, 0, 5, 0), None),
        # Unknown counts towards the half, as in the script of the release, unless it leads.
        ((5, 0, 0, 0, 0, 0, 0, 0, 5, 0), {0: 1.0}),
        ((3, 0, 2, 1, 1, 0, 0, 0, 3, 0), {0: 1.0}),
        ((4, 0, 0, 0, 0, 0, 0, 0, 0, 6), None),
        ((1, 1, 1, 1, 1, 1, 1, 1, 1, 1), None),
        ((2, 2, 2, 2, 2, 0, 0, 0, 0, 0), None),
    ],
}


@pytest.mark.parametrize('mode', CASES)
def test_votes_become_labels_as_published(mode: str) -> None:
    votes = np.array([votes for votes, _ in CASES[mode]])
    kept, shares = vote_targets(votes, mode)
    for i, (row, expected) in enumerate(CASES[mode]):
        assert kept[i] == (expected is not None), row
        if expected is not None:
            np.testing.assert_allclose(
                shares[i], [expected.get(c, 0) for c in range(8)], atol=1e-6, err_msg=str(row)
            )


@pytest.mark.parametrize('mode', CASES)
def test_shares_sum_to_one_for_any_votes(mode: str) -> None:
    votes = np.random.default_rng(0).multinomial(10, np.full(10, 0.1) ** 0.5 / 3.17, 200)
    kept, shares = vote_targets(votes, mode)
    assert shares.shape == (200, 8) and shares.dtype == np.float32
    np.testing.assert_allclose(shares[kept].sum(axis=1), 1, atol=1e-6)
    assert kept.any() and not kept.all()


def test_an_empty_table_gives_no_labels() -> None:
    kept, shares = vote_targets(np.zeros((0, 10), dtype=int), 'majority')
    assert kept.shape == (0,) and shares.shape == (0, 8)
