import numpy as np
import torch

from mmfer.models.heads.neighbor_agreement import neighbor_agreement


def test_shares_are_counted_without_the_image_itself() -> None:
    rng = np.random.default_rng(0)
    relation, labels, k, offset = rng.normal(size=(4, 9)), rng.integers(0, 3, 9), 3, 2
    hits, pairs = [], []
    for i in range(4):
        others = [j for j in range(9) if j != i + offset]
        near = sorted(others, key=lambda j, i=i: -relation[i, j])[:k]
        hits += [labels[j] == labels[i + offset] for j in near]
        pairs += [labels[j] == labels[i + offset] for j in others]
    found = neighbor_agreement(torch.from_numpy(relation), torch.from_numpy(labels), k, offset)
    np.testing.assert_allclose(found['neighbor_agreement'], np.mean(hits))
    np.testing.assert_allclose(found['neighbor_chance'], np.mean(pairs))


def test_an_image_alone_has_no_neighbors() -> None:
    assert neighbor_agreement(torch.ones(1, 1), torch.tensor([0]), 5) == {}
