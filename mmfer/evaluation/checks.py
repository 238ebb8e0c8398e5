"""What every report checks of the scores that it is given."""

import numpy as np

ROUNDING = 1e-3
"""How far a probability may lie outside 0 to 1, as half precision rounds."""


def check_probabilities(scores: np.ndarray, samples: int, names: int, what: str) -> np.ndarray:
    """Probabilities (N, C) as float64 within 0 to 1.

    Args:
        scores: What the model gave.
        samples: How many samples N there are labels of.
        names: How many classes or attributes C there are.
        what: ``'classes'`` or ``'attributes'``, for the messages.

    Raises:
        ValueError: If the shape is another, there is no sample, or a score is no probability.
    """
    if scores.ndim != 2 or scores.shape != (samples, names) or samples == 0:
        raise ValueError(
            f'Scores {scores.shape} for {samples} labels and {names} {what}: give at least '
            f'one sample, and a score for each sample and each of the {what}. Does the head have '
            f'as many outputs (num_classes) as the data set has {what}?'
        )
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])
        raise ValueError(f'The scores of sample {row} are not finite. The training diverged.')
    if scores.min() < -ROUNDING or scores.max() > 1 + ROUNDING:
        row = int(np.flatnonzero((np.abs(scores - 0.5) > 0.5 + ROUNDING).any(axis=1))[0])
        raise ValueError(
            f'The scores of sample {row} are no probabilities: they lie outside 0 to 1. Pass them '
            'through a softmax or sigmoid, as the heads do for pred_score.'
        )
    return np.clip(scores.astype(np.float64), 0, 1)
