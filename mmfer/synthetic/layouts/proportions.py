"""Whole numbers in given proportions."""

from collections.abc import Sequence

import numpy as np


def class_counts(images: int, shares: Sequence[float]) -> list[int]:
    """Number of samples of each class, in proportion to ``shares`` and at least one.

    If the shares sum to the number of samples, the shares are the counts.
    """
    if images == sum(shares):
        return [int(share) for share in shares]
    weights = np.asarray(shares, dtype=float) / np.sum(shares)
    exact = weights * (images - len(weights))
    counts = np.floor(exact).astype(int)
    order = np.argsort(counts - exact, kind='stable')
    counts[order[: images - len(weights) - counts.sum()]] += 1
    return [int(n) + 1 for n in counts]
