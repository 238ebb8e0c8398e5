import numpy as np
import pytest

from mmfer.faces import apex_curve, apex_regions
from mmfer.faces.clips.apex_curve import grey_frame, with_neighbour
from tests.faces.photo_clips import movement, photo_clip, photo_landmarks

SIZE = (340, 280)


@pytest.fixture(scope='module')
def clip():
    return np.stack([grey_frame(frame) for frame in photo_clip(12, 5)])


def by_loops(frames, landmarks, onset, offset, eps, use_offset=True):
    """Equations 5 and 6, pixel by pixel for each region."""
    frames = frames.astype(float)
    count = len(frames)
    curve = []
    for i in range(count):
        before = i - eps if i >= eps else (0 if i > 0 else 1)
        points = landmarks if landmarks.ndim == 2 else landmarks[i]
        means = []
        for x1, y1, x2, y2 in apex_regions(points, frames.shape[1:]):
            if x2 <= x1 or y2 <= y1:
                continue
            now, past = frames[i][y1:y2, x1:x2], frames[before][y1:y2, x1:x2]
            value = np.zeros_like(now)
            for end in [onset, offset] if use_offset else [onset]:
                value += (abs(now - frames[end][y1:y2, x1:x2]) + 1) / (abs(now - past) + 1)
            means.append(value.mean())
        curve.append(np.mean(means))
    return np.array(curve)


@pytest.mark.parametrize('eps', [1, 3])
@pytest.mark.parametrize('use_offset', [True, False])
def test_the_curve_equals_loops(clip, eps, use_offset):
    points = photo_landmarks()
    ours = apex_curve(clip, points, 1, -2, eps, use_offset)
    assert ours.shape == (12,)
    np.testing.assert_allclose(ours, by_loops(clip, points, 1, 10, eps, use_offset), rtol=1e-5)


def test_landmarks_of_each_frame(clip):
    points = photo_landmarks() + np.arange(12)[:, None, None]
    ours = apex_curve(clip, points)
    np.testing.assert_allclose(ours, by_loops(clip, points, 0, 11, 1), rtol=1e-5)
    assert abs(ours - apex_curve(clip, points[0])).max() > 0.01


def test_regions_over_the_border(clip):
    points = photo_landmarks() + [0, 100]
    points[8] += [0, 100]
    assert apex_regions(points, SIZE)[2, 1] == apex_regions(points, SIZE)[2, 3] == 340
    np.testing.assert_allclose(
        apex_curve(clip, points), by_loops(clip, points, 0, 11, 1), rtol=1e-5
    )


def test_whole_numbers_do_not_overflow(clip):
    whole = clip.astype(np.uint8)
    points = photo_landmarks()
    np.testing.assert_array_equal(
        apex_curve(whole, points), apex_curve(whole.astype(np.float32), points)
    )


def test_the_apex_of_a_clean_clip_is_found():
    frames = np.stack([grey_frame(frame) for frame in photo_clip(40, 16, pixels=3)])
    assert abs(apex_curve(frames, photo_landmarks()).argmax() - movement(40, 16).argmax()) <= 1


def test_neighbors():
    pairs = {eps: [b for _, b in with_neighbour(range(6), eps)] for eps in (1, 3)}
    assert pairs == {1: [1, 0, 1, 2, 3, 4], 3: [1, 0, 0, 0, 1, 2]}
    assert [a for a, _ in with_neighbour(range(6), 3)] == list(range(6))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'onset': 5, 'offset': 5}, 'frame 5, is not before the offset, frame 5'),
        ({'onset': 7, 'offset': 2}, 'is not before'),
        ({'onset': 12}, 'not among the 12 frames'),
        ({'offset': -13}, 'not among the 12 frames'),
        ({'eps': 0}, 'eps=0'),
    ],
)
def test_wrong_options(clip, options, message):
    with pytest.raises(ValueError, match=message):
        apex_curve(clip, photo_landmarks(), **options)


def test_wrong_shapes(clip):
    points = photo_landmarks()
    with pytest.raises(ValueError, match='two grey frames or more'):
        apex_curve(clip[:1], points)
    with pytest.raises(ValueError, match=r'\(12, 340\)'):
        apex_curve(clip[..., 0], points)
    with pytest.raises(ValueError, match=r'\(12, 68, 2\)'):
        apex_curve(clip, np.stack([points] * 11))
