"""The strength of the expression in each frame, after registration and averaging of noise."""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

import cv2
import numpy as np
from scipy.linalg import eigh
from scipy.ndimage import gaussian_filter1d

from mmfer.faces.clips.apex_regions import apex_regions
from mmfer.faces.clips.eyelids import beside_eyelids
from mmfer.faces.clips.registration import FaceRegistration, blurred

CELLS = 8
"""Number of cells along each side of a region; pixels are averaged per cell."""


def registered_curve(
    frames: Callable[[], Iterable[np.ndarray]],
    count: int,
    landmarks: np.ndarray,
    start: int = 0,
    left_out: Collection[int] = (),
    ends: int = 3,
    smoothing: float = 2.0,
) -> tuple[np.ndarray, list[int]]:
    r"""The strength of the main change in the ten regions of a clip, for each frame.

    The ratio of eq. 5 fails when the head drifts or noise dominates the denominator. This function
    uses the same ten regions without the eyelids, which blink, and

    1. registers every frame to the first frame with a face (:class:`FaceRegistration`),
    2. averages each region to 8 x 8 cells and divides the cells by their mean, which reduces noise
       and flicker,
    3. subtracts the straight line between the mean a of the first ``ends`` frames and the mean b of
       the last ``ends`` frames: :math:`d_i = x_i - (1 - t_i) a - t_i b`,
    4. projects onto the direction v of the largest variation of the :math:`d_i`,
       :math:`c_i = v^T d_i`, and
    5. smooths :math:`c_i` in time.

    A frame without the face takes the values of the previous frame. Frames are read twice and not
    kept in memory, because step 4 needs only :math:`\sum d_i d_i^T`.

    Args:
        frames: A function that returns the ``count`` grey frames (H, W) float32 from onset to
            offset; it is called several times.
        count: Number of frames, at least 3.
        landmarks: (68, 2), the landmarks of the frame at ``start``.
        start: Position of the reference frame of the registration.
        left_out: Positions of frames that count as frames without the face, such as flashes.
        ends: Number of frames at each end that show the face at rest.
        smoothing: Standard deviation of the temporal filter in frames; 0 applies no filter.

    Returns:
        The curve (count,) float64, with the sign that makes its mean positive, and the positions of
        the frames without the face.

    Raises:
        ValueError: If the frame at ``start`` has no contrast around its landmarks.
    """
    ends = min(ends, count // 3)
    after = np.linspace(0, 1, count)
    lines = np.stack([1 - after, after], axis=1)
    rests = np.zeros((count, 2))
    rests[:ends, 0] = rests[-ends:, 1] = 1 / ends

    scatter, weighted, rest = np.zeros(()), np.zeros(()), np.zeros(())
    lost: list[int] = []
    first_face = next(islice(frames(), start, None))
    cells = face_cells(frames(), first_face, landmarks, left_out)
    for x, line, at_rest in zip(filled(cells, lost), lines, rests, strict=True):
        scatter = scatter + np.outer(x, x)
        weighted = weighted + np.outer(x, line)
        rest = rest + np.outer(x, at_rest)
    mixed = weighted @ rest.T
    scatter = scatter - mixed - mixed.T + rest @ (lines.T @ lines) @ rest.T
    last = len(scatter) - 1
    main = eigh(scatter, subset_by_index=[last, last])[1][:, 0]

    cells = face_cells(frames(), first_face, landmarks, left_out)
    curve = np.array([x @ main for x in filled(cells, [])]) - lines @ (rest.T @ main)
    curve = curve if curve.sum() >= 0 else -curve
    return gaussian_filter1d(curve, smoothing, mode='nearest') if smoothing else curve, lost


def face_cells(
    frames: Iterable[np.ndarray],
    first_face: np.ndarray,
    landmarks: np.ndarray,
    left_out: Collection[int],
) -> Iterator[np.ndarray | None]:
    """The cells of each frame after registration, minus the cells of the first face.

    None stands for a frame without the face.
    """
    registration = FaceRegistration(first_face, landmarks)
    boxes = apex_regions(landmarks, first_face.shape)
    still = beside_eyelids(landmarks, first_face.shape).astype(np.float32)
    first = _cells(blurred(first_face), boxes, still)
    for i, frame in enumerate(frames):
        aligned = None if i in left_out else registration.align(frame)
        yield None if aligned is None else _cells(aligned, boxes, still) - first


def filled(cells: Iterable[np.ndarray | None], lost: list[int]) -> Iterator[np.ndarray]:
    """Replace None by the cells of the previous frame, or by zeros before the first face.

    The positions of replaced frames are appended to ``lost``.
    """
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
    """The mean of the ``still`` pixels of each cell, divided by the mean over all cells.

    Cells in which less than half of the pixels are still are left out.
    """
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
