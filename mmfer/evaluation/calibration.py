"""Calibration: whether probabilities agree with observed frequencies."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CalibrationBins:
    """Probabilities in bins of equal width from 0 to 1.

    Args:
        counts: The number of samples in each bin, (B,).
        probabilities: The sum of the probabilities in each bin, (B,).
        outcomes: The number of true outcomes in each bin, (B,).
    """

    counts: np.ndarray
    probabilities: np.ndarray
    outcomes: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error, in percent."""
        gaps = np.abs(self.probabilities - self.outcomes).sum()
        return float(100 * gaps / self.counts.sum())


def calibration_bins(
    probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 15
) -> CalibrationBins:
    """Sort probabilities into bins of equal width, ``((b - 1) / bins, b / bins]``.

    Args:
        probabilities: (N,) from 0 to 1: confidences, such as the largest class probability.
        outcomes: (N,) bool: whether the prediction is correct.
        bins: Number of bins.

    Raises:
        ValueError: If the shapes differ, there are no samples, a probability is not from 0 to 1, or
            ``bins`` is below 1.
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
    return CalibrationBins(
        np.bincount(index, minlength=bins),
        np.bincount(index, probabilities, bins),
        np.bincount(index, outcomes, bins),
    )


def expected_calibration_error(
    probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 15
) -> float:
    """Expected calibration error (Guo et al., ICML 2017, eq. 3), in percent.

    The error is the mean over all samples of the gap between the mean probability and the share of
    true outcomes in the bin of the sample.

    Args:
        probabilities, outcomes, bins: As in :func:`calibration_bins`, with the same errors.

    Example:
        >>> expected_calibration_error(scores.max(axis=1), scores.argmax(axis=1) == labels)
    """
    return calibration_bins(probabilities, outcomes, bins).error
