import numpy as np
import pytest

from mmfer.evaluation.temperature import fit_temperature
from mmfer.runtime.calibration import tempered


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def drawn(scale: float, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits times ``scale``, and labels drawn from the softmax of the logits."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (count, 5))
    labels = (softmax(logits).cumsum(axis=1) > rng.random((count, 1))).argmax(axis=1)
    return softmax(scale * logits), labels


@pytest.mark.parametrize('scale', [0.5, 1.0, 3.0])
def test_finds_the_scale_of_the_logits(scale: float) -> None:
    assert fit_temperature(*drawn(scale)) == pytest.approx(scale, rel=0.05)


def test_has_the_smallest_loss_of_a_grid() -> None:
    scores, labels = drawn(2.0, 300)

    def loss(temperature: float) -> float:
        powers = scores ** (1 / temperature)
        return -np.log((powers / powers.sum(1, keepdims=True))[np.arange(300), labels]).mean()

    grid = np.linspace(0.5, 6, 1101)
    best = grid[np.argmin([loss(temperature) for temperature in grid])]
    assert fit_temperature(scores, labels) == pytest.approx(best, abs=0.006)


def test_certain_scores_do_not_fail() -> None:
    scores = np.eye(3)[[0, 1, 2, 0]]
    assert 0.04 < fit_temperature(scores, np.array([0, 1, 1, 0])) < 21
    assert np.isfinite(tempered(scores, 0.05)).all()


@pytest.mark.parametrize(
    ('shape', 'labels', 'message'),
    [((2, 3), [0], 'give \\(N, C\\) and \\(N,\\)'), ((0, 3), [], 'at least one'),
     ((2, 3), [0, 3], 'Labels from 0 to 3 for 3 classes')],
)  # fmt: skip
def test_wrong_input_is_refused(shape, labels, message) -> None:
    with pytest.raises(ValueError, match=message):
        fit_temperature(np.full(shape, 1 / 3), np.array(labels, dtype=int))
