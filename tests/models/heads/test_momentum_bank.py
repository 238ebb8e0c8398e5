import numpy as np
import pytest
import torch

from mmfer.models.heads import MomentumBank


def test_averages_and_similarities_by_hand() -> None:
    rng = np.random.default_rng(0)
    bank = MomentumBank(5, momentum=0.75)
    features, probs, seen = np.zeros((5, 3)), np.zeros((5, 2)), set()
    for batch in ([0, 1, 3], [3, 4], [0, 3]):
        x, p = rng.normal(size=(len(batch), 3)), rng.dirichlet(np.ones(2), len(batch))
        bank.update(torch.tensor(batch), torch.from_numpy(x), torch.from_numpy(p))
        for i, f, q in zip(batch, x / np.linalg.norm(x, axis=1, keepdims=True), p, strict=True):
            m = 0.75 if i in seen else 0.0
            features[i], probs[i] = m * features[i] + (1 - m) * f, m * probs[i] + (1 - m) * q
            seen.add(i)
    np.testing.assert_allclose(bank.features, features, atol=1e-6)
    np.testing.assert_allclose(bank.probs, probs, atol=1e-6)
    assert bank.seen.tolist() == [True, True, False, True, True]

    x = rng.normal(size=(2, 3))
    relation = bank.relation(torch.tensor([1, 2]), torch.from_numpy(x))
    for row, own in enumerate((1, 2)):
        for i in range(5):
            if i in (own, 2):  # itself, or never seen
                assert relation[row, i] == -np.inf
            else:
                norms = np.linalg.norm(x[row]) * np.linalg.norm(features[i])
                np.testing.assert_allclose(relation[row, i], x[row] @ features[i] / norms, 1e-5)


def test_nobody_is_similar_to_an_empty_bank() -> None:
    relation = MomentumBank(4).relation(torch.tensor([0, 1]), torch.rand(2, 3))
    assert relation.shape == (2, 4) and (relation == -torch.inf).all()


def test_the_state_continues_elsewhere() -> None:
    bank, other = MomentumBank(4), MomentumBank(4)
    bank.update(torch.tensor([2, 0]), torch.rand(2, 3), torch.rand(2, 2))
    other.load(bank.state(), torch.device('cpu'))
    x = torch.rand(1, 3)
    torch.testing.assert_close(
        other.relation(torch.tensor([1]), x), bank.relation(torch.tensor([1]), x)
    )
    with pytest.raises(ValueError, match='holds 4 images, but the training set has 5'):
        MomentumBank(5).load(bank.state(), torch.device('cpu'))


def test_a_momentum_of_one_would_never_change() -> None:
    with pytest.raises(ValueError, match='momentum=1'):
        MomentumBank(4, momentum=1)


def test_mixed_precision_does_not_make_images_equally_near() -> None:
    bank = MomentumBank(200)
    features = 1 + 0.1 * torch.rand(200, 16, generator=torch.Generator().manual_seed(0))
    bank.update(torch.arange(200), features, torch.ones(200, 1))
    expected = bank.relation(torch.arange(200), features)
    with torch.autocast('cpu', torch.bfloat16):
        torch.testing.assert_close(bank.relation(torch.arange(200), features), expected)
