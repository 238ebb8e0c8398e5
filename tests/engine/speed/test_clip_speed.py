"""The speed of finding an apex against the length of the clip."""

import pytest

from mmfer.engine.speed.clip_speed import clip_speed, rendered_clip
from mmfer.engine.speed.turns import Times
from mmfer.faces.clips.apex_spotter import METHODS


def test_each_method_with_each_length() -> None:
    rows = clip_speed([3, 5], 96, Times(1, 0))
    assert [tuple(row.names.values()) for row in rows] == [
        (f'ApexSpotter, {method}', length) for method in METHODS for length in ('3', '5')
    ]
    assert [row.speeds['images/s'].ratios for row in rows[::2]] == [[1]] * len(METHODS)
    for row in rows:
        seconds = int(row.names['frames']) / row.speeds['images/s'].median
        assert row.facts == {'ms a clip': f'{1000 * seconds:.0f}'}


def test_longer_clips_repeat_their_frames() -> None:
    frames, landmarks = rendered_clip(14, 32)
    assert landmarks.shape == (14, 68, 2)
    assert (frames[0] == frames[12]).all() and (frames[0] != frames[6]).any()


def test_an_apex_needs_three_frames() -> None:
    with pytest.raises(ValueError, match='from 3'):
        clip_speed([2], 32, Times(1, 0))
