"""Calibration: whether probabilities agree with observed frequencies."""

import numpy as np


def expected_calibration_error(
    probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 15
) -> float:
    """Expected calibration error (Guo et al., ICML 2017, eq. 3), in percent.

    The probabilities are sorted into bins of equal width, ``((b - 1) / bins, b / bins]``. The error
    is the mean over all samples of the gap between the mean probability and the share of true
    outcomes in the bin of the sample.

    Args:
        probabilities: (N,) from 0 to 1: confidences, such as the largest class probability.
        outcomes: (N,) bool: whether the prediction is correct.
        bins: Number of bins.

    Raises:
        ValueError: If the shapes differ, there are no samples, a probability is not from 0 to 1, or
            ``bins`` is below 1.

    Example:
        >>> expected_calibration_error(scores.max(axis=1), scores.argmax(axis=1) == labels)
    """
    if bins < 1:
        raise ValueError(f'Calibration in {bins} bins: give 1 or more.')
    if probabilities.ndim != 1 or probabilities.shape != outcomes.shape or not len(outcomes):
        raise ValueError(
            f'Probabilities {probabilities.shape} and outcomes {outcomes.shape}: give one '
            'probability and one outcome for each sample, and at least one sample.'
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError('A probability lies outside 0 to 1: give probabilities, not logits.')
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    index = np.searchsorted(edges, probabilities, side='left')
    excess = np.bincount(index, probabilities - outcomes, bins)
    return float(100 * np.abs(excess).sum() / len(outcomes))
