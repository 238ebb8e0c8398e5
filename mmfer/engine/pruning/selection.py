"""Which channels go: one threshold for all layers (paper 001, section 2.4)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Selection:
    """Which channels of each layer stay."""

    kept: list[np.ndarray]
    """Sorted indices of each layer."""
    threshold: float
    """The highest score of a channel to be removed."""
    at_floor: list[bool]
    """Whether a layer keeps channels below the threshold because too few would be left."""


def select_channels(
    scores: Sequence[np.ndarray],
    ratio: float,
    round_to: int = 1,
    floor: float = 0.1,
    tied: Sequence[int] | None = None,
) -> Selection:
    """Choose the channels with the lowest scores of all layers together.

    The threshold is the score below which the share ``ratio`` of all channels lies. Among equal
    scores, as in a model that never trained, each layer gives up the same share.

    Args:
        scores: For each layer (channels,), of any but one scale.
        ratio: Share of all channels to be removed.
        round_to: A layer keeps a multiple of it: channels below the threshold stay until it is
            reached.
        floor: Share of its channels, and one at least, that each layer keeps.
        tied: For each layer g, the groups of a convolution. Channels i, i + C/g, i + 2C/g, ...
            go or stay together, by their mean score.
    """
    tied = [1] * len(scores) if tied is None else list(tied)
    units = [layer.reshape(g, -1).mean(0) for layer, g in zip(scores, tied, strict=True)]
    flat = np.concatenate(units)
    layer_of = np.repeat(np.arange(len(units)), [len(layer) for layer in units])
    place = np.concatenate([(np.argsort(np.argsort(u, kind='stable')) + 1) / len(u) for u in units])
    order = np.lexsort((place, flat))
    counted = np.cumsum(np.asarray(tied)[layer_of][order])
    removed = order[: np.searchsorted(counted, round(ratio * counted[-1]), side='right')]
    lost = np.bincount(layer_of[removed], minlength=len(units))

    kept, at_floor = [], []
    for layer, g, losing in zip(units, tied, lost, strict=True):
        least = max(1, math.ceil(floor * len(layer)))
        step = round_to // math.gcd(round_to, g)
        count = math.ceil(max(len(layer) - losing, least) / step) * step
        best = np.sort(np.argsort(layer, kind='stable')[::-1][:count])
        kept.append((best[None] + len(layer) * np.arange(g)[:, None]).ravel())
        at_floor.append(bool(len(layer) - losing < least))
    threshold = float(flat[removed[-1]]) if len(removed) else 0.0
    return Selection(kept, threshold, at_floor)
