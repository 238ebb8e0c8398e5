import numpy as np
import pytest

from mmfer.faces.clips.clip import open_clip
from mmfer.faces.clips.clip_span import span_positions

FRAMES = [np.full((8, 8), i, np.uint8) for i in range(5)]


def test_numbers_become_positions() -> None:
    clip = open_clip(FRAMES)
    assert span_positions(clip, None, None) == (0, 4)
    assert span_positions(clip, 1, 3) == (1, 3)


@pytest.mark.parametrize(
    ('frames', 'onset', 'offset', 'message'),
    [
        (2, None, None, 'has 2 frame.s.. Give at least 3'),
        (5, 3, 3, 'is not before the offset'),
        (5, 2, 3, 'no frame lies between the onset, 2, and the offset, 3'),
        (5, 0, 9, 'the offset 9 is not among its 5 frames'),
    ],
)
def test_impossible_spans_are_refused(
    frames: int, onset: int | None, offset: int | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        span_positions(open_clip(FRAMES[:frames]), onset, offset)
