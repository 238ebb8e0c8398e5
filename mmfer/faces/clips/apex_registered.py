"""How far the expression of each frame is on, with the head held still and noise averaged out."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import cv2
import numpy as np
from scipy.linalg import eigh
from scipy.ndimage import gaussian_filter1d

from mmfer.faces.clips.apex_regions import apex_regions
from mmfer.faces.clips.eyelids import beside_eyelids
from mmfer.faces.clips.registration import FaceRegistration, blurred

CELLS = 8
"""A region is averaged to as many cells along each side."""


def registered_curve(
    frames: Callable[[], Iterable[np.ndarray]],
    count: int,
    landmarks: np.ndarray,
    start: int = 0,
    ends: int = 3,
    smoothing: float = 2.0,
) -> tuple[np.ndarray, list[int]]:
    r"""The strength of the one change that explains most of what happens in a clip's regions.

    Where the ratio of eq. 5 falls short (the head drifts, and noise decides the denominator), this
    takes the same ten regions, without the eyelids, which blink, but

    1. lays every frame on the first one with a face (:class:`FaceRegistration`),
    2. averages each region to 8 x 8 cells and divides by their mean, against noise and flicker,
    3. subtracts the straight line from the mean of the first ``ends`` frames to that of the last:
       :math:`d_i = x_i - (1 - t_i) a - t_i b`,
    4. projects on the direction v in which the :math:`d_i` vary most, :math:`c_i = v^T d_i`, and
    5. smooths :math:`c_i` in time.

    A frame that does not show the face counts as the one before. Frames are read twice and not
    kept: step 4 needs :math:`\sum d_i d_i^T` alone.

    Args:
        frames: Gives the ``count`` frames (H, W) float32, grey, from onset to offset, anew each
            time it is called.
        count: Number of frames, at least 3.
        landmarks: (68, 2), those of one frame.
        start: Position of the frame with these landmarks, on which the others are laid.
        ends: Number of frames at each end that show the face at rest.
        smoothing: Standard deviation of the filter in frames; 0 for none.

    Returns:
        (count,) float64, whose sign is such that the mean is positive, and the positions of the
        frames that do not show the face.

    Raises:
        ValueError: If the frame at ``start`` shows nothing where its landmarks are.
    """
    ends = min(ends, count // 3)
    after = np.linspace(0, 1, count)
    lines = np.stack([1 - after, after], axis=1)
    rests = np.zeros((count, 2))
    rests[:ends, 0] = rests[-ends:, 1] = 1 / ends

    scatter, weighted, rest = np.zeros(()), np.zeros(()), np.zeros(())
    lost: list[int] = []
    first_face = next(islice(frames(), start, None))
    cells = _aligned_cells(frames(), first_face, landmarks)
    for x, line, at_rest in zip(_filled(cells, lost), lines, rests, strict=True):
        scatter = scatter + np.outer(x, x)
        weighted = weighted + np.outer(x, line)
        rest = rest + np.outer(x, at_rest)
    mixed = weighted @ rest.T
    scatter = scatter - mixed - mixed.T + rest @ (lines.T @ lines) @ rest.T
    last = len(scatter) - 1
    main = eigh(scatter, subset_by_index=[last, last])[1][:, 0]

    cells = _aligned_cells(frames(), first_face, landmarks)
    curve = np.array([x @ main for x in _filled(cells, [])]) - lines @ (rest.T @ main)
    curve = curve if curve.sum() >= 0 else -curve
    return gaussian_filter1d(curve, smoothing, mode='nearest') if smoothing else curve, lost


def _aligned_cells(
    frames: Iterable[np.ndarray], first_face: np.ndarray, landmarks: np.ndarray
) -> Iterator[np.ndarray | None]:
    """The cells of the regions of each frame, in parts of their mean, less those at first."""
    registration = FaceRegistration(first_face, landmarks)
    boxes = apex_regions(landmarks, first_face.shape)
    still = beside_eyelids(landmarks, first_face.shape).astype(np.float32)
    first = _cells(blurred(first_face), boxes, still)
    for frame in frames:
        aligned = registration.align(frame)
        yield None if aligned is None else _cells(aligned, boxes, still) - first


def _filled(cells: Iterable[np.ndarray | None], lost: list[int]) -> Iterator[np.ndarray]:
    """Those of the frame before, at first zeros, where there are none; ``lost`` takes where."""
    before: np.ndarray | None = None
    for i, found in enumerate(cells):
        if found is None:
            lost.append(i)
        elif before is None:
            yield from [np.zeros_like(found)] * len(lost)
        before = before if found is None else found
        if before is not None:
            yield before


def _cells(frame: np.ndarray, boxes: np.ndarray, still: np.ndarray) -> np.ndarray:
    """The means of the still pixels of the cells that have half of theirs, in parts of the mean."""
    parts = []
    for x1, y1, x2, y2 in boxes:
        if x2 > x1 and y2 > y1:
            region = np.s_[y1:y2, x1:x2]
            share = _shrunk(still[region])
            sums = _shrunk(frame[region] * still[region])
            parts.append(sums[share >= 0.5] / share[share >= 0.5])
    cells = np.concatenate(parts).astype(np.float64)
    return cells / cells.mean()


def _shrunk(region: np.ndarray) -> np.ndarray:
    return cv2.resize(region, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
