"""Checks of the scores, shared by all reports."""

import numpy as np

ROUNDING = 1e-3
"""Tolerance of probabilities outside 0 to 1, for rounding in half precision."""


def check_probabilities(scores: np.ndarray, samples: int, names: int, what: str) -> np.ndarray:
    """Check scores and return them as float64 probabilities (N, C) from 0 to 1.

    Args:
        scores: The scores of the model.
        samples: Number N of samples with labels.
        names: Number C of classes or attributes.
        what: ``'classes'`` or ``'attributes'``, for the messages.

    Raises:
        ValueError: If the shape is wrong, there are no samples, or a score is not a probability.
    """
    if scores.ndim != 2 or scores.shape != (samples, names) or samples == 0:
        raise ValueError(
            f'Scores {scores.shape} do not fit {samples} labels and {names} {what}: give at least '
            f'one sample, and a score for each sample and each of the {what}. Check that '
            f'num_classes of the head is the number of {what} of the data set.'
        )
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])
        raise ValueError(f'The scores of sample {row} are not finite. The training diverged.')
    if scores.min() < -ROUNDING or scores.max() > 1 + ROUNDING:
        row = int(np.flatnonzero((np.abs(scores - 0.5) > 0.5 + ROUNDING).any(axis=1))[0])
        raise ValueError(
            f'The scores of sample {row} lie outside 0 to 1, so they are not probabilities. Apply '
            'a softmax or sigmoid, as the heads do for pred_score.'
        )
    return np.clip(scores.astype(np.float64), 0, 1)
