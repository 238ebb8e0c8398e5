import numpy as np
import torch

from mmfer.models.heads import label_scores


def test_scores_are_scaled_cosines() -> None:
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(5, 7)), rng.normal(size=(3, 7))
    expected = [
        [4.5 * a @ b / np.sqrt((a @ a) * (b @ b)) for b in labels]
        for a in x
    ]  # fmt: skip
    scores = label_scores(torch.from_numpy(x), torch.from_numpy(labels), 4.5)
    np.testing.assert_allclose(scores, expected)
