import numpy as np
import pytest

from mmfer.evaluation.probabilities import check_probabilities


def test_rounding_errors_are_accepted_and_clipped() -> None:
    checked = check_probabilities(np.array([[1.0004, -0.0004]], np.float32), 1, 2, 'classes')
    assert checked.tolist() == [[1, 0]] and checked.dtype == np.float64


@pytest.mark.parametrize(
    ('scores', 'samples', 'message'),
    [
        (np.ones((2, 3)), 2, 'is the number of attributes of the data set'),
        (np.ones(4), 1, 'num_classes of the head'),
        (np.ones((2, 4)), 3, 'do not fit 3 labels'),
        (np.ones((0, 4)), 0, 'at least one sample'),
        (np.full((1, 4), np.inf), 1, 'sample 0 are not finite'),
        (np.array([[0.0] * 4, [0, 0, 0, -1.5]]), 2, 'sample 1 lie outside 0 to 1'),
        (np.array([[0.0] * 4, [0, 0, 0, 1.5]]), 2, 'sample 1 lie outside 0 to 1'),
    ],
)
def test_wrong_shapes_and_values_are_refused(
    scores: np.ndarray, samples: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check_probabilities(scores, samples, 4, 'attributes')
