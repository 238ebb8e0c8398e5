"""Temperature scaling: one number that makes the confidences match the accuracy."""

import numpy as np
from scipy.optimize import minimize_scalar

from mmfer.runtime.calibration import COLDEST, HOTTEST, SMALLEST, tempered


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature with the smallest negative log-likelihood of the labels.

    Args:
        probabilities: (N, C) of images that were not trained on.
        labels: (N,) integers from 0 to C - 1.

    Raises:
        ValueError: If there are no images, or the shapes or labels do not fit.

    Example:
        >>> temperature = fit_temperature(scores, labels)
        >>> calibrated = tempered(scores, temperature)
    """
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not len(labels):
        raise ValueError(
            f'Probabilities {probabilities.shape} and labels {labels.shape}: give (N, C) and (N,), '
            'with at least one image.'
        )
    if labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise ValueError(
            f'Labels from {labels.min()} to {labels.max()} for {probabilities.shape[1]} classes: '
            'give the number of the class of each image, from 0.'
        )
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = tempered(probabilities, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(scaled[rows, labels], SMALLEST)).mean())

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    found = minimize_scalar(loss, bounds=bounds, method='bounded', options={'xatol': 1e-6})
    return float(np.exp(found.x))
