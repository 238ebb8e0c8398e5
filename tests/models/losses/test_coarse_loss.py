import numpy as np
import pytest
import torch
from scipy.special import softmax

from mmfer.labels import FERPLUS_CLASSES, LabelTree
from mmfer.models import CoarseLoss
from mmfer.models.losses import coarse_loss

PARENTS = [0, 1, 1, 2]


def by_hand(logits: np.ndarray, shares: np.ndarray) -> float:
    p, total = softmax(logits, axis=1), 0.0
    for row, q in zip(p, shares, strict=True):
        for group in range(3):
            members = [c for c in range(4) if PARENTS[c] == group]
            total -= sum(q[members]) * np.log(sum(row[members])) / len(p)
    return total


def test_formula_of_soft_and_hard_labels() -> None:
    rng = np.random.default_rng(0)
    logits, shares = rng.normal(size=(6, 4)), rng.dirichlet(np.ones(4), 6)
    ours = coarse_loss(torch.from_numpy(logits), torch.from_numpy(shares), PARENTS)
    np.testing.assert_allclose(ours, by_hand(logits, shares), rtol=1e-5)
    hard = shares.argmax(1)
    ours = coarse_loss(torch.from_numpy(logits), torch.from_numpy(hard), PARENTS)
    np.testing.assert_allclose(ours, by_hand(logits, np.eye(4)[hard]), rtol=1e-5)


def test_mistakes_within_a_coarse_class_cost_nothing() -> None:
    logits = torch.tensor([[-50.0, 50.0, -50.0, -50.0]])
    assert coarse_loss(logits, torch.tensor([2]), PARENTS) < 1e-6
    assert coarse_loss(logits, torch.tensor([3]), PARENTS) > 50


def test_the_tree_and_the_weight() -> None:
    logits, labels = torch.randn(5, 8), torch.arange(5)
    tree = LabelTree.load('ferplus')
    assert tree.fine == FERPLUS_CLASSES
    module = CoarseLoss('ferplus', loss_weight=0.5)
    torch.testing.assert_close(
        module(logits, labels), 0.5 * coarse_loss(logits, labels, tree.parents)
    )
    assert not module.state_dict()


def test_another_tree_stops() -> None:
    with pytest.raises(ValueError, match='8 fine classes, but the logits have 3'):
        CoarseLoss('ferplus')(torch.randn(2, 3), torch.tensor([0, 1]))
