"""Confidences after the calibration by a temperature."""

from collections.abc import Mapping
from typing import Any

import numpy as np

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
            f'{HOTTEST:g}. Write it again with `mmfer calibrate`.'
        )
    return float(value)
