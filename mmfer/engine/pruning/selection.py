"""Selection of channels by one threshold for all layers (paper 001, section 2.4)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Selection:
    """The channels of each layer that stay."""

    kept: list[np.ndarray]
    """Sorted indices of the remaining channels of each layer."""
    threshold: float
    """The highest score of a channel to remove."""
    at_floor: list[bool]
    """Whether each layer keeps channels below the threshold because of the floor."""


def select_channels(
    scores: Sequence[np.ndarray],
    ratio: float,
    round_to: int = 1,
    floor: float = 0.1,
    tied: Sequence[int] | None = None,
) -> Selection:
    """Choose the channels with the lowest scores of all layers together.

    The threshold is the score below which the share ``ratio`` of all channels lies. Among equal
    scores, as in an untrained model, each layer loses the same share.

    Args:
        scores: The scores (channels,) of each layer, on any scale common to all layers.
        ratio: Share of all channels to remove.
        round_to: The number of channels of a layer stays a multiple of this number; channels below
            the threshold stay until a multiple is reached.
        floor: Minimum share of the channels that each layer keeps; at least one channel stays.
        tied: For each layer, the number of groups g of a convolution. Channels i, i + C/g, i +
            2C/g, ... stay or are removed together, by their mean score.
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
