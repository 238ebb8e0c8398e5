import numpy as np
import pytest

from mmfer.faces import NoisyClip, add_sensor_noise, open_clip


def test_the_noise_has_its_standard_deviation():
    frame = np.full((200, 200, 3), 128, np.uint8)
    noisy = [add_sensor_noise(frame, 3, 0.02, [7, i]).astype(float) for i in range(60)]
    assert np.std(noisy[0]) == pytest.approx(np.hypot(3, 1 / 12**0.5), rel=0.02)
    factors = np.mean(noisy, axis=(1, 2, 3)) / 128
    assert factors.mean() == pytest.approx(1, abs=0.01)
    assert factors.std() == pytest.approx(0.02, rel=0.3)


def test_pixels_and_channels_have_independent_noise():
    noise = add_sensor_noise(np.full((100, 100, 3), 128, np.uint8), 5, 0, 0).astype(float) - 128
    pairs = (noise[..., 0], noise[..., 1]), (noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1])
    for a, b in pairs:
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.05


def test_the_seed_determines_the_noise():
    frame = np.full((8, 8), 100, np.uint8)
    first = add_sensor_noise(frame, rng=3)
    np.testing.assert_array_equal(first, add_sensor_noise(frame, rng=3))
    np.testing.assert_array_equal(first, add_sensor_noise(frame, rng=np.random.default_rng(3)))
    assert (first != add_sensor_noise(frame, rng=4)).any()


def test_none_and_limits():
    frame = np.array([[0, 255]], np.uint8)
    np.testing.assert_array_equal(add_sensor_noise(frame, 0, 0), frame)
    noisy = add_sensor_noise(np.repeat(frame, 500, axis=0), 10, 0)
    assert noisy[:, 0].max() < 60
    assert noisy[:, 1].min() > 195


def test_a_frame_has_the_same_noise_at_every_reading():
    clip = open_clip([np.full((6, 6), 100, np.uint8)] * 5)
    noisy = NoisyClip(clip, 4, 0.01, seed=2)
    whole = list(noisy.read())
    assert list(noisy.numbers) == list(range(5))
    np.testing.assert_array_equal(noisy.frame(3), whole[3])
    assert (whole[2] != whole[3]).any()
    assert (NoisyClip(clip, 4, 0.01, seed=3).frame(3) != whole[3]).any()


def test_wrong_input():
    with pytest.raises(ValueError, match='float64'):
        add_sensor_noise(np.zeros((4, 4)))
    with pytest.raises(ValueError, match='noise=-1'):
        add_sensor_noise(np.zeros((4, 4), np.uint8), -1)
