"""Temperature scaling: one number that makes the confidences match the accuracy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

COLDEST, HOTTEST = 0.05, 20.0
"""Bounds of a temperature."""
SMALLEST = 1e-12
"""Smallest probability of which a logarithm is taken."""


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities at another temperature (Guo et al., ICML 2017, eq. 9).

    ``softmax(logits / T)`` is the power ``1 / T`` of the probabilities, divided by the sum, so
    logits are not needed. The order of the classes does not change.

    Args:
        probabilities: (..., C) from 0 to 1, with the sum 1.
        temperature: T; above 1, the probabilities become more equal.
    """
    logs = np.log(np.maximum(probabilities, SMALLEST)) / temperature
    powers = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


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


def recorded_temperature(meta: Mapping[str, Any], where: str) -> float | None:
    """The temperature in the ``meta`` of a checkpoint; None if the model is not calibrated.

    Raises:
        ValueError: If the entry is no temperature.
    """
    entry = meta.get('calibration')
    if entry is None:
        return None
    value = entry.get('temperature') if isinstance(entry, Mapping) else None
    if not isinstance(value, int | float) or not COLDEST <= value <= HOTTEST:
        raise ValueError(
            f'The calibration of the checkpoint "{where}" has no temperature from {COLDEST:g} to '
            f'{HOTTEST:g}. Write it again with tools/analysis_tools/calibrate.py.'
        )
    return float(value)
