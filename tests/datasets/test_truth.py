"""True classes of expressions and attributes."""

import numpy as np
import pytest

from mmfer.datasets.truth import true_classes


@pytest.mark.parametrize(
    ('info', 'classes'),
    [
        (dict(gt_label=2), [2]),
        (dict(gt_label=np.int64(2), gt_score=np.array([0.9, 0.1, 0.0])), [2]),
        (dict(gt_label=[0, 2]), [0, 2]),
        (dict(gt_score=np.array([1.0, 0.0, 1.0])), [0, 2]),
        (dict(gt_score=np.zeros(3)), []),
        (dict(), []),
    ],
)
def test_the_truth_of_a_sample(info: dict, classes: list[int]):
    assert true_classes(info) == classes
