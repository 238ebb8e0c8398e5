"""Whether probabilities are as often right as they say."""

import numpy as np


def expected_calibration_error(
    probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 15
) -> float:
    """Expected calibration error (Guo et al., ICML 2017, eq. 3), in percent.

    The probabilities fall into bins of equal width, ``((b - 1) / bins, b / bins]``. The error is
    the mean over the samples of the gap between the mean probability and the share of true
    outcomes in their bin.

    Args:
        probabilities: (N,) in 0 to 1: how sure a model is, such as the largest class probability.
        outcomes: (N,) bool: whether it was so, such as whether that class is the true one.
        bins: How many bins.

    Raises:
        ValueError: If the shapes differ, there is no sample, a probability lies outside 0 to 1, or
            there is no bin.

    Example:
        >>> expected_calibration_error(scores.max(axis=1), scores.argmax(axis=1) == labels)
    """
    if bins < 1:
        raise ValueError(f'Calibration in {bins} bins: give 1 or more.')
    if probabilities.ndim != 1 or probabilities.shape != outcomes.shape or not len(outcomes):
        raise ValueError(
            f'Probabilities {probabilities.shape} and outcomes {outcomes.shape}: give one of each '
            'for every sample, and at least one sample.'
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError('A probability lies outside 0 to 1: give no logits.')
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    index = np.searchsorted(edges, probabilities, side='left')
    excess = np.bincount(index, probabilities - outcomes, bins)
    return float(100 * np.abs(excess).sum() / len(outcomes))
