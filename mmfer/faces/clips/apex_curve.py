"""The difference of each frame of a clip from onset and offset frame (paper 004, eq. 5-6)."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

import cv2
import numpy as np

from mmfer.faces.clips.apex_regions import apex_regions

T = TypeVar('T')


def grey_frame(frame: np.ndarray) -> np.ndarray:
    """A frame (H, W) of any type, or (H, W, 3) uint8 RGB, as (H, W) float32 grey values."""
    grey = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    return grey.astype(np.float32)


class RegionPixels:
    """The pixels of all regions in one vector, with weights that give the mean of region means.

    Args:
        boxes: (R, 4) int, x1, y1, x2, y2 of regions inside the frames; boxes without an area are
            ignored.
        image_size: Height and width of the frames.
    """

    def __init__(self, boxes: np.ndarray, image_size: tuple[int, int]) -> None:
        places = np.arange(image_size[0] * image_size[1]).reshape(image_size)
        parts = [places[y1:y2, x1:x2].ravel() for x1, y1, x2, y2 in boxes]
        parts = [part for part in parts if part.size]
        self.index = np.concatenate(parts)
        self.weights = np.concatenate(
            [np.full(part.size, 1 / (part.size * len(parts)), np.float32) for part in parts]
        )

    def of(self, frame: np.ndarray) -> np.ndarray:
        return frame.ravel()[self.index]


def region_change(
    frame: np.ndarray,
    neighbour: np.ndarray,
    references: Iterable[np.ndarray],
    pixels: RegionPixels,
) -> float:
    """M of one frame (eq. 6): f (eq. 5) summed over the references, averaged over the regions."""
    values = pixels.of(frame)
    step = np.abs(values - pixels.of(neighbour)) + 1
    change = sum(np.abs(values - pixels.of(reference)) + 1 for reference in references)
    return float(pixels.weights @ (change / step))


def with_neighbour(frames: Iterable[T], eps: int) -> Iterator[tuple[T, T]]:
    """Pair each frame with the frame ``eps`` before it; at most ``eps`` + 2 frames are in memory.

    The first ``eps`` frames are paired with the first frame, and the first frame with the second.
    """
    held: deque[T] = deque(maxlen=eps)
    first: T | None = None
    for frame in frames:
        if held:
            if first is not None:
                yield first, frame
                first = None
            yield frame, held[0]
        else:
            first = frame
        held.append(frame)
    if first is not None:
        yield first, first


def apex_curve(
    frames: np.ndarray,
    landmarks: np.ndarray,
    onset: int = 0,
    offset: int = -1,
    eps: int = 1,
    use_offset: bool = True,
) -> np.ndarray:
    r"""The difference of each frame from onset and offset, relative to its motion (eq. 5-6).

    .. math::
        f(i, j) = \frac{|F_i - F_j| + 1}{|F_i - F_{i-\epsilon}| + 1}, \quad
        M_i = f(i, onset) + f(i, offset)

    f is computed for each pixel, averaged over each of the ten regions, then over the regions. The
    landmarks of frame i define the regions in all frames compared with frame i. The paper prints
    i - 3 but says "consecutive", so the default is the previous frame. The first ``eps`` frames are
    compared with the first frame, and the first frame with the second.

    Args:
        frames: (T, H, W), grey values 0 to 255.
        landmarks: (68, 2) for all frames, or (T, 68, 2), in pixels; see :func:`apex_regions`.
        onset: Position of the onset; a negative position counts from the end.
        offset: Position of the offset, after the onset; a negative position counts from the end.
        eps: Distance in frames to the earlier frame of the denominator.
        use_offset: Whether to add the second term of eq. 6.

    Returns:
        M, (T,) float64. The apex is the frame of its largest value between onset and offset.

    Raises:
        ValueError: If there are fewer than two frames, onset or offset is not among the frames or
            in the wrong order, ``eps`` is below 1, or the landmarks have a wrong shape.
    """
    frames, landmarks = np.asarray(frames), np.asarray(landmarks)
    if frames.ndim != 3 or len(frames) < 2:
        raise ValueError(
            f'frames have the shape {frames.shape}. Give (T, H, W): two grey frames or more.'
        )
    count, size = len(frames), (frames.shape[1], frames.shape[2])
    if landmarks.shape not in ((68, 2), (count, 68, 2)):
        raise ValueError(
            f'landmarks have the shape {landmarks.shape}. Give (68, 2) for all frames, or '
            f'({count}, 68, 2) for the {count} frames.'
        )
    first, last = (i + count if i < 0 else i for i in (onset, offset))
    check_span(first, last, count)
    check_eps(eps)
    references = [grey_frame(frames[i]) for i in ([first, last] if use_offset else [first])]
    pixels = [RegionPixels(apex_regions(p, size), size) for p in landmarks.reshape(-1, 68, 2)]
    pairs = with_neighbour(map(grey_frame, frames), eps)
    return np.array(
        [
            region_change(frame, neighbour, references, pixels[i % len(pixels)])
            for i, (frame, neighbour) in enumerate(pairs)
        ]
    )


def check_span(onset: int, offset: int, count: int) -> None:
    """Raise ValueError unless the positions are among ``count`` frames and in order."""
    if not (0 <= onset < count and 0 <= offset < count):
        raise ValueError(
            f'The onset, frame {onset}, or the offset, frame {offset}, is not among the {count} '
            'frames. Correct the numbers.'
        )
    if onset >= offset:
        raise ValueError(
            f'The onset, frame {onset}, is not before the offset, frame {offset}. Swap or correct '
            'the two numbers.'
        )


def check_eps(eps: int) -> None:
    """Raise ValueError unless ``eps`` refers to an earlier frame."""
    if eps < 1:
        raise ValueError(f'eps={eps}, the distance to an earlier frame, must be 1 or more frames.')
