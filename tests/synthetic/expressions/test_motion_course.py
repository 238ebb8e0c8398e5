import numpy as np
import pytest

from mmfer.synthetic.expressions.motion_course import (
    BLINK,
    FRAME_RATE,
    MACRO,
    PERIOD,
    REST,
    ROLL,
    SHIFT,
    ZOOM,
    blink_course,
    blinking_course,
    drift_course,
    eased,
    expression_course,
    sample_course,
    sample_video_course,
)

COURSES = [sample_course(np.random.default_rng(seed), blinks=0.5) for seed in range(300)]


def test_a_rise_is_smooth_and_not_linear():
    rise = eased(40, 1.0)
    assert len(rise) == 41
    np.testing.assert_allclose(rise[[0, 10, 20, 40]], [0, (1 - np.sqrt(0.5)) / 2, 0.5, 1])
    assert rise[1] < 0.01 and 1 - rise[-2] < 0.01
    assert (eased(40, 1.4)[1:-1] < rise[1:-1]).all()


def test_an_expression_comes_and_goes():
    level = expression_course(3, 4, 6, 2, (1.0, 1.0))
    assert len(level) == 3 + 4 + 6 + 1 + 2
    assert (level[:4] == 0).all() and (level[-3:] == 0).all()
    assert np.argmax(level) == 7
    assert (np.diff(level[3:8]) > 0).all() and (np.diff(level[7:14]) < 0).all()


def test_onset_apex_and_offset_are_exact():
    for course in COURSES:
        level = course.level
        assert level[course.apex] == 1 and (np.delete(level, course.apex) < 1).all()
        shown = np.flatnonzero(level)
        assert shown[0] == course.onset + 1 and shown[-1] == course.offset - 1
        assert 2 <= course.onset <= 8 and 2 <= len(level) - 1 - course.offset <= 8
        assert np.abs(np.diff(level)).max() < 0.3


def test_lengths_are_realistic():
    durations = np.array([c.offset - c.onset for c in COURSES])
    assert durations.min() >= 25 and durations.max() <= 100
    assert 58 < durations.mean() < 72
    share = np.array([(c.apex - c.onset) for c in COURSES]) / durations
    assert share.min() > 0.28 and share.max() < 0.5 and share.std() > 0.02


def test_a_blink_closes_the_eyes_for_a_moment():
    closing, closed, opening = BLINK
    lids = blink_course(100, 10)
    assert len(lids) == 100
    assert lids[10] == 0 < lids[11]
    assert (lids == 1).sum() == closed + 1
    assert np.flatnonzero(lids)[-1] == 10 + closing + closed + opening - 1
    assert len(blink_course(20, 10)) == 20 and blink_course(20, 10)[-1] > 0


@pytest.mark.parametrize('fps', [30, 90, 100, 200])
def test_a_blink_takes_the_same_time_at_every_frame_rate(fps):
    lids = blink_course(10 * fps, fps, fps / 200)
    assert np.count_nonzero(lids) / fps == pytest.approx(43 / 200, abs=2.5 / fps)
    for seed in range(300):  # the shortest clips have 11 frames
        assert sample_course(np.random.default_rng(seed), 1.0, fps / 200).lids.any()


def test_eyes_in_videos_blink_every_few_seconds():
    for seed in range(20):
        lids = blinking_course(6000, np.random.default_rng(seed))
        edges = np.diff((lids > 0).astype(int))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        gaps = (starts[1:] - ends[: len(starts) - 1]) / 200
        assert 4 <= len(starts) <= 14 and lids.max() == 1
        assert gaps.min() > 1.9 and gaps.max() < 6.1


def test_blinks_of_a_video_are_drawn_on_request_and_change_nothing_else():
    for seed in range(20):
        plain, moments = sample_video_course(np.random.default_rng(seed), 1.0)
        course, same = sample_video_course(np.random.default_rng(seed), 1.0, blinks=1.0)
        assert moments == same and course.lids.shape == course.level.shape
        np.testing.assert_array_equal(course.level, plain.level)
        np.testing.assert_array_equal(course.drift, plain.drift)
        assert not plain.lids.any()


def test_the_share_of_blinks_is_kept():
    blinking = np.mean([course.lids.any() for course in COURSES])
    assert blinking == pytest.approx(0.5, abs=0.1)
    assert not sample_course(np.random.default_rng(0)).lids.any()


def test_the_drift_is_slow_and_small():
    limits = np.array([SHIFT, SHIFT, ROLL, ZOOM])
    for course in COURSES:
        assert course.drift.shape == (len(course.level), 4)
        assert (np.abs(course.drift) <= limits).all()
        assert (np.abs(np.diff(course.drift, axis=0)) <= limits * 2 * np.pi / PERIOD[0]).all()
    long = drift_course(2000, np.random.default_rng(0))
    assert (np.ptp(long, axis=0) > limits).all()


def test_videos_have_longer_expressions_if_asked_and_always_a_short_one():
    videos = [sample_video_course(np.random.default_rng(i), 1.0, macros=0.5) for i in range(100)]
    moments = [one for _, listed in videos for one in listed]
    assert all(any(not one.macro for one in listed) for _, listed in videos)
    micro, macro = ([m for m in moments if m.macro == kind] for kind in (False, True))
    assert 0.2 < len(macro) / len(moments) < 0.4  # of one to three, one is never asked
    assert max(m.offset - m.onset for m in micro) <= 100
    seconds = [(m.offset - m.onset) / FRAME_RATE for m in macro]
    assert min(seconds) >= MACRO[0] - 0.01 and max(seconds) <= MACRO[1] + 0.01
    for course, listed in videos:
        ends = [0, *(one.offset for one in listed)]
        starts = [*(one.onset for one in listed), len(course.level) - 1]
        for end, start in zip(ends, starts, strict=True):
            assert start - end >= REST[0] * FRAME_RATE - 1
            assert (course.level[end : start + 1] == 0).all()
        for one in listed:
            assert course.level[one.apex] == 1
