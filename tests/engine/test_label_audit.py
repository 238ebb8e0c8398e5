import numpy as np
import pytest
import torch

from mmfer.engine.feature_bank import FeatureBank
from mmfer.engine.label_audit import (
    audit_rows,
    bank_distributions,
    bank_similarity,
    contradiction,
    neighbors_elsewhere,
)


def bank_of(features, probs, labels):
    n = len(labels)
    features = torch.tensor(features, dtype=torch.float)
    return FeatureBank(
        torch.arange(n), features, features, torch.tensor(probs), torch.tensor(labels)
    )


def test_the_similarity_of_a_neck_of_another_package_is_used():
    class Nearness(torch.nn.Module):
        def similarity(self, x, others):
            return -torch.cdist(x, others)

    model = torch.nn.Linear(1, 1)
    model.neck = Nearness()
    x, others = torch.rand(2, 3), torch.rand(4, 3)
    distance = np.linalg.norm(x.numpy()[:, None] - others.numpy()[None], axis=2)
    np.testing.assert_allclose(bank_similarity(model)(x, others), -distance, atol=1e-6)


def test_the_contradiction_equals_a_calculation_by_hand():
    distributions = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.5, 0.5, 0.0]])
    score = contradiction(distributions, torch.tensor([0, 0, 1]))
    np.testing.assert_allclose(score, [0.3, 0.9, 0.5], atol=1e-6)


def test_a_wrong_label_among_similar_images_is_ranked_first():
    rng = np.random.default_rng(0)
    features = np.repeat(np.eye(3) * 5, 10, axis=0) + rng.normal(size=(30, 3)) * 0.1
    labels = np.repeat([0, 1, 2], 10)
    probs = np.eye(3, dtype=np.float32)[labels] * 0.8 + 0.2 / 3
    labels[4] = 2
    bank = bank_of(features, probs, labels.tolist())
    similarity = bank_similarity(torch.nn.Linear(1, 1))
    # In chunks, the image itself must still be left out.
    distributions = bank_distributions(bank, similarity, k=5, chunk=7)
    torch.testing.assert_close(distributions, bank_distributions(bank, similarity, k=5))
    rows = audit_rows(bank, distributions, ['a', 'b', 'c'], [f'{i}.png' for i in range(30)])
    assert rows[0] == {
        'img_path': '4.png',
        'sample_idx': 4,
        'label': 'c',
        'suggestion': 'a',
        'score': pytest.approx(1 - 0.2 / 3, abs=1e-4),
        'confidence': pytest.approx(0.2 / 3, abs=1e-4),
    }
    assert rows[1]['score'] < 0.5


def test_joined_banks_are_sorted_without_repetition():
    first = bank_of([[0.0], [1.0]], [[1.0], [1.0]], [0, 0])
    second = FeatureBank(*(t.flip(0) for t in vars(first).values()))
    joined = second.concat([first])
    assert joined.sample_idx.tolist() == [0, 1] and joined.features.flatten().tolist() == [0, 1]


def test_neighbors_in_another_set_by_hand():
    rng = np.random.default_rng(0)
    x, others, values = (
        rng.normal(size=(5, 3)),
        rng.normal(size=(8, 3)),
        np.eye(4)[[0, 1, 2, 3] * 2],
    )
    ours = neighbors_elsewhere(
        *map(torch.from_numpy, (x, others, values)), lambda a, b: a @ b.T, k=3, chunk=2
    )
    for row, one in zip(ours.numpy(), x, strict=True):
        likeness = others @ one
        near = np.argsort(-likeness)[:3]
        weights = np.exp(likeness[near]) / np.exp(likeness[near]).sum()
        np.testing.assert_allclose(row, weights @ values[near])
