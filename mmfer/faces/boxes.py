"""Arithmetic on boxes, arrays (N, 4) of x1, y1, x2, y2."""

from typing import Literal

import numpy as np

MOST_AT_ONCE = 1000
"""The number of boxes of which all overlaps are computed at once, which is faster."""


def box_overlap(
    box: np.ndarray, boxes: np.ndarray, over: Literal['union', 'smaller'] = 'union'
) -> np.ndarray:
    """Overlap of one box (4,) with boxes (N, 4): intersection over union or over smaller box."""
    corner = np.maximum(box[:2], boxes[:, :2])
    size = np.maximum(0, np.minimum(box[2:], boxes[:, 2:]) - corner)
    shared = size.prod(axis=1)
    area = (box[2:] - box[:2]).prod()
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    whole = area + areas - shared if over == 'union' else np.minimum(area, areas)
    return shared / np.maximum(whole, 1e-9)


def non_maximum_suppression(
    boxes: np.ndarray,
    scores: np.ndarray,
    threshold: float,
    over: Literal['union', 'smaller'] = 'union',
) -> np.ndarray:
    """Indices of the boxes to keep, best first.

    A box is removed if it overlaps a kept box of a higher score by more than ``threshold``.

    Args:
        boxes: (N, 4).
        scores: (N,).
        threshold: Largest overlap allowed, 0 to 1.
        over: Divisor of the intersection: the area of the union, or the area of the smaller box,
            which also removes a box inside another box.
    """
    rest = np.argsort(-scores, kind='stable')
    if len(rest) <= MOST_AT_ONCE:
        return rest[_kept_of_sorted(boxes[rest], threshold, over)]
    kept = []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        rest = rest[box_overlap(boxes[best], boxes[rest], over) <= threshold]
    return np.array(kept, dtype=np.int64)


def _kept_of_sorted(
    boxes: np.ndarray, threshold: float, over: Literal['union', 'smaller']
) -> list[int]:
    """Indices of the boxes to keep, of boxes in order of score, by all overlaps at once."""
    corners, opposites = boxes[:, None, :2], boxes[:, None, 2:]
    low = np.maximum(corners, boxes[:, :2])
    high = np.minimum(opposites, boxes[:, 2:])
    shared = np.maximum(0, high - low).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    if over == 'union':
        whole = areas[:, None] + areas - shared
    else:
        whole = np.minimum(areas[:, None], areas)
    overlapping = shared / np.maximum(whole, 1e-9) > threshold
    removed = np.zeros(len(boxes), dtype=bool)
    kept = []
    for index in range(len(boxes)):
        if not removed[index]:
            kept.append(index)
            removed |= overlapping[index]
    return kept


def square_boxes(boxes: np.ndarray) -> np.ndarray:
    """The boxes (N, 4) widened to squares around their centers."""
    center = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([center - half, center + half], axis=1)
