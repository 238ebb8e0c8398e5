"""Confidences after the calibration by a temperature."""

import numpy as np
import pytest

from mmfer.runtime.calibration import recorded_temperature, tempered


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_equals_the_softmax_of_divided_logits() -> None:
    logits = np.random.default_rng(1).normal(0, 3, (7, 4))
    for temperature in (0.5, 1.0, 3.0):
        np.testing.assert_allclose(
            tempered(softmax(logits), temperature), softmax(logits / temperature), atol=1e-9
        )


def test_the_entry_of_a_checkpoint() -> None:
    assert recorded_temperature({}, 'a.pth') is None
    assert recorded_temperature({'calibration': {'temperature': 2}}, 'a.pth') == 2.0
    for entry in ({}, {'temperature': 0}, {'temperature': float('nan')}, 3, {'temperature': 'x'}):
        with pytest.raises(ValueError, match='"a.pth" has no temperature'):
            recorded_temperature({'calibration': entry}, 'a.pth')
