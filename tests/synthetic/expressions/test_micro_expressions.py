from collections import Counter

import numpy as np
import pytest

from mmfer.synthetic.expressions.action_units import ACTION_UNITS
from mmfer.synthetic.expressions.micro_expressions import (
    COMBINATIONS,
    EMOTIONS,
    sample_combination,
)


def test_every_emotion_has_known_action_units():
    assert tuple(COMBINATIONS) == EMOTIONS
    for shares in COMBINATIONS.values():
        assert sum(shares.values()) == pytest.approx(1)
        for combination in shares:
            units = combination.split('+')
            assert set(units) <= set(ACTION_UNITS)
            assert len(set(units)) == len(units)


def test_combinations_are_drawn_with_their_shares():
    rng = np.random.default_rng(0)
    drawn = Counter(sample_combination('surprise', rng) for _ in range(1000))
    assert set(drawn) == set(COMBINATIONS['surprise'])
    assert drawn['1+2'] == pytest.approx(700, abs=60)
