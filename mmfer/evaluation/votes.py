"""Agreement of predictions with the votes of several people."""

import numpy as np

from mmfer.evaluation.probabilities import check_probabilities
from mmfer.evaluation.report_file import Report

VOTE_MEASURES = ('kl_votes', 'divided_accuracy')
"""Measures against the votes, in the order of tables."""
FLOOR = 1e-7
"""The smallest probability in a divergence, about the rounding of float32."""


def vote_shares(votes: np.ndarray) -> np.ndarray:
    """The shares of the classes among votes; single votes do not count, as FERPlus counts them.

    Args:
        votes: Number of votes for each class, (N, C).

    Returns:
        (N, C), with a sum of 1 in each row.

    Raises:
        ValueError: If an image has no class with two votes.
    """
    counted = np.where(votes > 1, votes, 0).astype(np.float64)
    total = counted.sum(axis=1, keepdims=True)
    if not total.all():
        row = int(np.flatnonzero(total[:, 0] == 0)[0])
        raise ValueError(
            f'No class has two votes in sample {row}, so the votes give no distribution. Test on '
            "images with a majority: mode='majority' in the data set."
        )
    return counted / total


def votes_report(
    scores: np.ndarray, labels: np.ndarray, votes: np.ndarray, divided: float = 0.25
) -> Report:
    """Compare predictions with votes.

    Args:
        scores: Class probabilities P (N, C).
        labels: The class of the majority, (N,).
        votes: Number of votes for each class, (N, C) or more columns, which are left out.
        divided: The share of images that count as divided: the images with the largest entropy of
            :func:`vote_shares`. All images with the entropy of the last of them count, too, so that
            the order does not matter.

    Returns:
        ``kl_votes``, the mean Kullback-Leibler divergence KL(V || P) of the shares V of the votes
        in nats; ``divided_accuracy``, the accuracy on the divided images in percent;
        ``divided_count``, their number; ``divided_entropy``, their smallest entropy in nats.

    Raises:
        ValueError: If the shapes differ, a score is not a probability, or an image has no class
            with two votes.
    """
    if votes.ndim != 2 or len(votes) != len(labels) or votes.shape[1] < scores.shape[1]:
        raise ValueError(
            f'Votes {votes.shape} do not fit {len(labels)} labels and {scores.shape[1]} classes: '
            'give the number of votes for each sample and class.'
        )
    count = scores.shape[1]
    probs = check_probabilities(scores, len(labels), count, 'classes')
    shares = vote_shares(votes[:, :count])
    logs = np.log(np.where(shares > 0, shares, 1))
    entropy = -(shares * logs).sum(axis=1)
    divergence = (shares * (logs - np.log(np.maximum(probs, FLOOR)))).sum(axis=1)
    last = np.sort(entropy)[::-1][max(1, round(divided * len(labels))) - 1]
    chosen = entropy >= last
    return {
        'kl_votes': float(divergence.mean()),
        'divided_accuracy': float(100 * (probs.argmax(axis=1) == labels)[chosen].mean()),
        'divided_count': int(chosen.sum()),
        'divided_entropy': float(last),
    }
