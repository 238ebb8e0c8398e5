import numpy as np
import pytest

from mmfer.evaluation.clips.spotting import interval_iou
from mmfer.faces.clips.intervals import IntervalOptions, curve_intervals, frame_limits
from mmfer.synthetic.expressions.motion_course import expression_course


def video(*peaks: tuple[int, int, float], frames: int = 200) -> np.ndarray:
    """A curve with peaks, each with a first frame, a duration and a height."""
    curve = np.zeros(frames)
    for first, duration, height in peaks:
        course = expression_course(0, duration // 2, duration - duration // 2, 0, (1.0, 1.0))
        curve[first : first + duration + 1] += height * course
    return curve


def test_intervals_reach_from_onset_to_offset() -> None:
    true = [(40, 50), (120, 134)]
    curve = video(*((first, last - first, 1.0) for first, last in true))
    noisy = curve + np.random.default_rng(0).normal(0, 0.02, len(curve))
    slope = curve + np.linspace(0, 2, len(curve))
    for shown in (curve, 10 * curve, noisy, slope):
        found = curve_intervals(shown)
        assert len(found) == 2
        for one, other in zip(found, true, strict=True):
            assert interval_iou(one, other) > 0.6


def test_the_usual_numbers_of_frames_follow_the_frame_rate() -> None:
    plain = IntervalOptions()
    assert frame_limits(30) == (plain.least, plain.most) == (3, 16)
    assert frame_limits(200) == (20, 105)
    assert frame_limits(1) == (1, 1)


def test_weak_peaks_and_wrong_lengths_are_no_expressions() -> None:
    curve = video((40, 12, 1.0), (120, 12, 0.3))
    assert len(curve_intervals(curve)) == 1
    assert len(curve_intervals(curve, IntervalOptions(height=0.2))) == 2
    (only,) = curve_intervals(video((40, 12, 1.0), (100, 60, 1.0)))
    assert only[0] < 52
    assert curve_intervals(video((40, 12, 1.0)), IntervalOptions(least=14, most=16)) == []
    assert curve_intervals(np.zeros(100)) == curve_intervals(np.ones(100)) == []
    assert curve_intervals(-video((40, 12, 1.0))) == []


def test_intervals_do_not_overlap() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        found = curve_intervals(rng.normal(size=300), IntervalOptions(height=0.1, least=1))
        assert found == sorted(found)
        assert all(a[1] < b[0] for a, b in zip(found, found[1:], strict=False))
        assert all(a >= 0 and b < 300 for a, b in found)


@pytest.mark.parametrize('wrong', [{'height': 0}, {'foot': 1.0}, {'least': 0}, {'least': 20}])
def test_impossible_options_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=rf'{next(iter(wrong))}={next(iter(wrong.values()))}'):
        IntervalOptions(**wrong)
