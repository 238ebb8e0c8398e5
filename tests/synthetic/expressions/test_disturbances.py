import numpy as np
import pytest

from mmfer.synthetic.expressions.action_units import ACTION_UNITS
from mmfer.synthetic.expressions.disturbances import (
    VISEMES,
    Disturbances,
    sample_disturbances,
    slow_waves,
    speech,
)


def test_waves_are_slow_and_within_their_amplitudes():
    rng = np.random.default_rng(0)
    for _ in range(50):
        waves = slow_waves(300, (3.0, 0.0), rng, 1.0)
        assert waves.shape == (300, 2)
        np.testing.assert_allclose(waves.mean(0), 0, atol=1e-9)
        assert 3 < np.ptp(waves[:, 0]) <= 6 and not waves[:, 1].any()
        # The fastest wave has a period of 160 frames.
        assert np.abs(np.diff(waves[:, 0])).max() <= 3 * 2 * np.pi / 160


def test_the_pace_is_that_of_time_not_of_frames():
    fast = slow_waves(400, (1.0,), np.random.default_rng(1), 1.0)
    slow = slow_waves(200, (1.0,), np.random.default_rng(1), 0.5)
    np.testing.assert_allclose(slow - slow[0], (fast - fast[0])[::2], atol=1e-9)


def test_a_mouth_talks_to_the_end_of_the_clip():
    for viseme in VISEMES:
        assert viseme.keys() <= ACTION_UNITS.keys()
    for seed in range(30):
        levels = speech(200, np.random.default_rng(seed))
        shown = sum(levels.values())
        moving = np.flatnonzero(shown)
        assert moving[0] <= 134 and moving[-1] >= 196
        # Syllables begin and end with a mouth at rest.
        assert (shown[moving[0] + 1 : 190] < 0.02).any()
        assert max(level.max() for level in levels.values()) <= 0.5 + 1e-9


def test_disturbances_are_drawn_as_asked():
    rng = np.random.default_rng(2)
    talked = 0
    for _ in range(200):
        found = sample_disturbances(80, (3.0, 2.0), (8.0, 5.0, 0.1), 0.25, rng)
        assert found.turn.shape == (80, 2) and found.light.shape == (80, 3)
        assert np.abs(found.light).max(0) == pytest.approx([8, 5, 0.1], rel=1)
        talked += found.speech() is not None
    assert 30 < talked < 70
    assert sample_disturbances(80, (0.0, 0.0), (0.0, 0.0, 0.0), 0.0, rng).mouth == {}


def test_the_frames_of_the_speech():
    still = np.zeros((6, 2))
    light = np.zeros((6, 3))
    mouth = {'26': np.array([0, 0, 0.1, 0, 0, 0]), '25': np.array([0, 0, 0, 0, 0.2, 0])}
    assert Disturbances(still, light, mouth).speech() == (2, 4)
    assert Disturbances(still, light, {}).speech() is None
