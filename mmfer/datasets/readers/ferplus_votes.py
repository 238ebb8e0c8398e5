"""The label of a face from its ten votes (Barsoum et al. 2016)."""

from collections.abc import Callable

import numpy as np

from mmfer.labels import FERPLUS_CLASSES

EMOTIONS = len(FERPLUS_CLASSES)
COLUMNS = (*FERPLUS_CLASSES, 'unknown', 'NF')
LEADING, COVERED = 3, 0.75
TARGET_SHARE = 0.3


def vote_targets(votes: np.ndarray, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """Select the images whose votes give a label, and compute the shares of the classes.

    Single votes do not count. The votes of the selected columns must be more than half of the
    remaining votes, and most of them must be for a class.

    Args:
        votes: (N, 10), for the eight classes, unknown, and no face.
        mode: ``'majority'``, ``'probability'`` or ``'multi_target'``.

    Returns:
        A mask (N,), and the shares (N, 8) float32, which sum to 1 where the mask is True.
    """
    votes = np.where(votes > 1, votes, 0).astype(np.float64)
    chosen = np.zeros_like(votes)
    for i, row in enumerate(votes):
        chosen[i] = MODES[mode](row)
    enough = chosen.sum(axis=1) > votes.sum(axis=1) / 2
    kept = enough & (chosen.argmax(axis=1) < EMOTIONS)
    shares = chosen[:, :EMOTIONS]
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return kept, shares.astype(np.float32)


def _majority(votes: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(votes)) == votes.argmax(), votes, 0)


def _probability(votes: np.ndarray) -> np.ndarray:
    """Take classes in the order of their votes, until they have 75 % of all votes.

    Classes with equal votes are taken together. Unknown or no face ends the selection. More than
    three selected classes give no label.
    """
    chosen = np.zeros_like(votes)
    taken, covered = 0, 0.0
    for level in np.unique(votes[votes > 0])[::-1]:
        if taken >= LEADING or covered >= COVERED * votes.sum():
            break
        tied = np.flatnonzero(votes == level)
        emotions = tied[tied < EMOTIONS]
        chosen[emotions] = level
        taken += len(emotions)
        covered += level * len(tied)
        if len(emotions) < len(tied):
            break
    return chosen if taken <= LEADING else np.zeros_like(votes)


def _multi_target(votes: np.ndarray) -> np.ndarray:
    # The release counts votes for unknown or no face here, too.
    return np.where(votes >= TARGET_SHARE * votes.sum(), votes, 0)


MODES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    'majority': _majority,
    'probability': _probability,
    'multi_target': _multi_target,
}
