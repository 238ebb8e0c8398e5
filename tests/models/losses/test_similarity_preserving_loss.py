import numpy as np
import pytest
import torch

from mmfer.models import SimilarityPreservingLoss
from mmfer.models.losses import similarity_preserving_loss


def by_hand(features: np.ndarray) -> np.ndarray:
    rows = []
    for one in features:
        row = np.array([np.sum(one * other) for other in features])
        rows.append(row / np.sqrt(np.sum(row**2)))
    return np.array(rows)


def test_formula_with_networks_of_two_widths() -> None:
    rng = np.random.default_rng(0)
    student, teacher = rng.normal(size=(5, 3, 2, 2)), rng.normal(size=(5, 7))
    difference = by_hand(student) - by_hand(teacher)
    ours = similarity_preserving_loss(torch.tensor(student), torch.tensor(teacher))
    np.testing.assert_allclose(ours, np.sum(difference**2) / 25, rtol=1e-5)


def test_turned_and_scaled_features_have_the_same_similarities() -> None:
    features = torch.randn(6, 4, dtype=torch.float64)
    turned = 3 * features @ torch.linalg.qr(torch.randn(4, 4, dtype=torch.float64))[0]
    assert SimilarityPreservingLoss(1000.0)(turned, features) < 1e-8
    assert SimilarityPreservingLoss(1000.0)(features.flip(0), features) > 1


def test_two_batches_are_refused() -> None:
    with pytest.raises(ValueError, match='the same batch'):
        SimilarityPreservingLoss()(torch.zeros(2, 3), torch.zeros(3, 3))


@pytest.mark.parametrize('kind', [torch.float16, torch.bfloat16])
def test_mixed_precision_changes_nothing(kind: torch.dtype) -> None:
    student = 20 * torch.rand(6, 512, generator=torch.Generator().manual_seed(0))
    teacher = student + 0.1 * torch.rand(6, 512, generator=torch.Generator().manual_seed(1))
    expected = similarity_preserving_loss(student, teacher)
    with torch.autocast('cpu', kind):
        torch.testing.assert_close(similarity_preserving_loss(student, teacher), expected)
