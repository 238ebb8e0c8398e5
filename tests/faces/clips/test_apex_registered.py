import numpy as np
import pytest

from mmfer.faces.clips.apex_curve import apex_curve, grey_frame
from mmfer.faces.clips.apex_registered import registered_curve
from mmfer.faces.clips.sensor_noise import add_sensor_noise
from tests.faces.photo_clips import movement, photo_clip, photo_landmarks


def noisy(drift=(0.0, 0.0), pixels=1.0, noise=2.0):
    clip = photo_clip(40, 16, pixels, drift)
    return [grey_frame(add_sensor_noise(f, noise, 0.005, [1, i])) for i, f in enumerate(clip)]


@pytest.mark.parametrize('drift', [(0, 0), (3, -2)])
def test_the_apex_is_found_despite_noise_and_drift(drift):
    frames = noisy(drift)
    curve, lost = registered_curve(lambda: frames, 40, photo_landmarks())
    assert not lost
    assert abs(int(curve.argmax()) - 16) <= 2
    assert np.corrcoef(curve, movement(40, 16))[0, 1] > 0.97


def test_the_ratio_fails_on_the_same_clip():
    """The purpose of the method: if this fails, the method is unnecessary."""
    ratio = apex_curve(np.stack(noisy((3, -2))), photo_landmarks())
    assert np.corrcoef(ratio, movement(40, 16))[0, 1] < 0.6


def test_the_projection_equals_a_singular_value_decomposition(monkeypatch):
    """The same direction as from a singular value decomposition of all frames at once."""
    rows = np.random.default_rng(0).normal(size=(20, 64))
    rows += np.outer(np.sin(np.linspace(0, np.pi, 20)), np.arange(64)) / 5 + 3
    monkeypatch.setattr(
        'mmfer.faces.clips.apex_registered.face_cells', lambda frames, *_: iter(frames)
    )
    ours, _ = registered_curve(lambda: rows, 20, photo_landmarks(), ends=2, smoothing=0)
    t = np.linspace(0, 1, 20)[:, None]
    d = rows - (1 - t) * rows[:2].mean(0) - t * rows[-2:].mean(0)
    expected = d @ np.linalg.svd(d)[2][0]
    np.testing.assert_allclose(ours, expected * np.sign(expected.sum()), atol=1e-8)


def test_three_frames():
    frames = [grey_frame(frame) for frame in photo_clip(3, 1)]
    curve, _ = registered_curve(lambda: frames, 3, photo_landmarks(), smoothing=0)
    assert curve.argmax() == 1


def test_frames_without_the_face_are_interpolated():
    frames = noisy((3, -2))
    expected, _ = registered_curve(lambda: frames, 40, photo_landmarks(), smoothing=0)
    black = np.zeros_like(frames[0])
    gaps = [0, 1, 9, 10, 30]
    damaged = [black if i in gaps else frame for i, frame in enumerate(frames)]
    curve, lost = registered_curve(lambda: damaged, 40, photo_landmarks(), start=2, smoothing=0)
    assert lost == gaps and np.isfinite(curve).all()
    chosen = registered_curve(lambda: frames, 40, photo_landmarks(), 2, gaps, smoothing=0)
    np.testing.assert_allclose(chosen[0], curve)
    assert chosen[1] == gaps
    assert curve[10] - curve[8] == pytest.approx(2 * (curve[9] - curve[8]))
    assert np.corrcoef(curve, expected)[0, 1] > 0.98


@pytest.mark.parametrize('start', [12, 25])
def test_frames_before_the_landmarks_are_used(start):
    frames = noisy()
    curve, lost = registered_curve(lambda: frames, 40, photo_landmarks(), start)
    assert not lost
    assert abs(int(curve.argmax()) - 16) <= 2
    assert np.corrcoef(curve, movement(40, 16))[0, 1] > 0.97


def blinking(frame: np.ndarray, closed: float) -> np.ndarray:
    """Lids in the color of the cheek, over the upper part of the eyes."""
    frame, points = frame.copy(), photo_landmarks()
    for eye in (points[36:42], points[42:48]):
        (x1, y1), (x2, y2) = eye.min(axis=0).astype(int), eye.max(axis=0).astype(int)
        frame[y1 - 2 : y1 - 2 + round(closed * (y2 - y1 + 4)), x1:x2] = 150
    return frame


def test_a_blink_is_ignored():
    closed = np.interp(range(40), [20, 26, 30, 38], [0, 1, 1, 0])
    clip = map(blinking, photo_clip(40, 16, 1.0), closed)
    frames = [grey_frame(add_sensor_noise(f, 2, 0.005, [1, i])) for i, f in enumerate(clip)]
    curve, lost = registered_curve(lambda: frames, 40, photo_landmarks())
    assert not lost
    assert abs(int(curve.argmax()) - 16) <= 2
    assert np.corrcoef(curve, movement(40, 16))[0, 1] > 0.97


def test_an_empty_first_frame_is_refused():
    black = np.zeros((340, 280), np.float32)
    with pytest.raises(ValueError, match='around the landmarks of the first frame are equal'):
        registered_curve(lambda: [black] * 5, 5, photo_landmarks())
