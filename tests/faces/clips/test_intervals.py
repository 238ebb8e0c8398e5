import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from mmfer.evaluation.clips.spotting import interval_iou
from mmfer.faces.clips.intervals import (
    BriefChanges,
    IntervalOptions,
    brief_intervals,
    frame_limits,
    streamed_intervals,
)
from mmfer.synthetic.expressions.motion_course import expression_course

CELLS = 100


def video(*shown: tuple[int, int, float], frames: int = 400, noise: float = 0.02) -> np.ndarray:
    """Cells of a face: expressions, each with a first frame, a duration and a height."""
    rng = np.random.default_rng(0)
    cells = rng.normal(0, noise, (frames, CELLS)) if noise else np.zeros((frames, CELLS))
    moved = rng.normal(size=CELLS) * (rng.random(CELLS) < 0.3)
    for first, duration, height in shown:
        course = expression_course(0, duration // 2, duration - duration // 2, 0, (1.0, 1.0))
        cells[first : first + duration + 1] += height * course[:, None] * moved
    return cells


def turned(cells: np.ndarray, size: float) -> np.ndarray:
    """The same cells while the head turns slowly, in two directions."""
    rng = np.random.default_rng(1)
    t = np.arange(len(cells))[:, None]
    one, other = rng.normal(size=(2, CELLS))
    return cells + size * (np.sin(t / 90) * one + np.sin(t / 130 + 1) * other)


def test_intervals_reach_from_onset_to_offset() -> None:
    true = [(40, 50), (220, 234)]
    cells = video(*((first, last - first, 1.0) for first, last in true))
    for shown in (cells, 10 * cells, -cells, cells + 5, turned(cells, 2.0)):
        found, strength = brief_intervals(shown)
        assert len(found) == 2 and strength.shape == (400,)
        for one, other in zip(found, true, strict=True):
            assert interval_iou(one, other) > 0.6


def test_slow_turns_alone_are_no_expressions() -> None:
    for size in (0.0, 2.0, 20.0):
        assert brief_intervals(turned(video(), size))[0] == []


@pytest.mark.parametrize('count', [30, 60, 400, 2000])
def test_noise_alone_is_no_expression(count: int) -> None:
    cells = np.random.default_rng(3).normal(size=(count, 580))
    assert brief_intervals(cells)[0] == []


@pytest.mark.parametrize('fps', [30, 200])
@pytest.mark.parametrize('seconds', [0.1, 0.3, 0.6, 1, 2, 5])
def test_noise_of_any_length_is_no_expression(fps: int, seconds: float) -> None:
    least, most = frame_limits(fps)
    options = IntervalOptions(least=least, most=most)
    for seed in range(10):
        cells = np.random.default_rng(seed).normal(1, 0.01, (round(seconds * fps), 400))
        found, strength = brief_intervals(cells, options)
        assert found == [] and strength.max(initial=0) < 2.5


@pytest.mark.parametrize('fps', [30, 200])
@pytest.mark.parametrize('size', [0.05, 0.2, 1.0])
def test_a_change_that_lasts_is_no_expression_at_either_end(fps: int, size: float) -> None:
    least, most = frame_limits(fps)
    seconds = np.arange(10 * fps)[:, None] / fps
    noise = np.random.default_rng(0).normal(1, 0.01, (10 * fps, 400))
    moved = np.arange(400) < 60
    for onset in (1e-9, 0.1, 0.2, 0.3, 1.0):
        for held in (1.0, 2.0, 9.0):
            course = np.clip((seconds - 4) / onset, 0, 1)
            course = course - np.clip((seconds - 4 - onset - held) / onset, 0, 1)
            cells = noise + size * course * moved
            assert brief_intervals(cells, IntervalOptions(least=least, most=most))[0] == []


def test_the_usual_numbers_of_frames_follow_the_frame_rate() -> None:
    plain = IntervalOptions()
    assert frame_limits(30) == (plain.least, plain.most) == (3, 16)
    assert frame_limits(200) == (20, 105)
    assert frame_limits(1) == (1, 1)


def test_weak_changes_and_wrong_lengths_are_no_expressions() -> None:
    weak = video((40, 12, 1.0), (220, 12, 0.1))
    assert len(brief_intervals(weak)[0]) == 2
    assert len(brief_intervals(weak, IntervalOptions(strength=20))[0]) == 1
    (only,) = brief_intervals(video((40, 12, 1.0), (180, 90, 1.0)))[0]
    assert only[0] < 52
    assert brief_intervals(video((40, 8, 1.0)), IntervalOptions(least=15, most=16))[0] == []


def test_a_face_that_never_changes_has_no_intervals() -> None:
    for cells in (np.zeros((100, CELLS)), np.ones((100, CELLS)), np.ones((3, 1))):
        found, strength = brief_intervals(cells)
        assert found == [] and not strength.any()


def test_rounding_in_a_still_without_noise_is_no_expression() -> None:
    cells = 1 + np.random.default_rng(4).normal(0, 1e-7, (200, CELLS))
    cells[60:70] += 1e-6
    assert brief_intervals(cells)[0] == []


def test_an_expression_without_noise_is_found() -> None:
    (only,) = brief_intervals(video((40, 12, 1.0), noise=0))[0]
    assert interval_iou(only, (40, 52)) > 0.6


def test_intervals_do_not_overlap() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        found, _ = brief_intervals(rng.normal(size=(300, 5)), IntervalOptions(strength=1, least=1))
        assert found and found == sorted(found)
        assert all(a[1] < b[0] for a, b in zip(found, found[1:], strict=False))
        assert all(a >= 0 and b < 300 for a, b in found)


def test_a_long_video_is_searched_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    true = [(100 * i + 20, 100 * i + 32) for i in range(20)]
    cells = turned(video(*((first, 12, 1.0) for first, _ in true), frames=2000), 2.0)
    whole, expected = brief_intervals(cells)
    assert len(whole) == 20
    monkeypatch.setattr('mmfer.faces.clips.intervals.BLOCK', 500)
    found, strength = streamed_intervals(iter(cells))
    assert len(found) == 20
    assert all(interval_iou(a, b) > 0.8 for a, b in zip(found, whole, strict=True))
    assert strength.shape == (2000,)
    assert np.corrcoef(strength, expected)[0, 1] > 0.98
    for count in (3, 320, 499, 500, 501, 700, 1300):
        assert streamed_intervals(iter(cells[:count]))[1].shape == (count,)


def test_the_strength_equals_its_formula() -> None:
    cells = np.random.default_rng(2).normal(size=(60, 20))
    brief = BriefChanges(cells, window=7, smoothing=1.5)
    smooth = gaussian_filter1d(cells, 1.5, axis=0, mode='reflect')
    change = np.zeros((60, 20))
    for t in range(7, 53):
        change[t] = smooth[t] - (smooth[t - 7] + smooth[t + 7]) / 2
    np.testing.assert_allclose(brief.change, change)
    # The median of |x| of a standard normal x is 0.6745.
    usual = np.median(np.abs(change[7:53]), axis=0) / 0.6745
    usual = np.sqrt((usual**2 + np.median(usual) ** 2) / 2) + 1e-4
    np.testing.assert_allclose(brief.usual, usual, rtol=1e-6)
    strength = np.sort(np.abs(change) / usual, axis=1)[:, -2:].mean(axis=1)
    np.testing.assert_allclose(brief.strength, strength, rtol=1e-6)


@pytest.mark.parametrize(
    'wrong', [{'strength': 0}, {'strength': np.nan}, {'least': 0}, {'least': 20}]
)
def test_impossible_options_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=rf'{next(iter(wrong))}={next(iter(wrong.values()))}'):
        IntervalOptions(**wrong)
