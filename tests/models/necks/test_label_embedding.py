import numpy as np
import pytest
import torch

from mmfer.labels import LabelTree, WordVectors
from mmfer.models import LabelEmbedding


def test_projects_frozen_vectors_of_the_tree():
    embedding = LabelEmbedding(8, label_tree='fgemotions')
    vectors = WordVectors.load('glove_6b_50d').of_tree(LabelTree.load('fgemotions'))
    weight, bias = embedding.projection.weight.detach(), embedding.projection.bias.detach()
    np.testing.assert_allclose(
        embedding().detach(), vectors @ weight.numpy().T + bias.numpy(), rtol=1e-4, atol=1e-5
    )
    assert embedding.classes[0] == 'anxiety' and len(embedding()) == 39
    assert {n for n, _ in embedding.named_parameters()} == {'projection.weight', 'projection.bias'}


def test_without_a_tree():
    embedding = LabelEmbedding(8, classes=['fear', 'surprise'])
    assert embedding().shape == (2, 8)
    assert torch.equal(embedding.distance_index, torch.tensor([[0, 2], [2, 0]]))


def test_unknown_word_is_named():
    with pytest.raises(ValueError, match='"floccinaucinihilipilification"'):
        LabelEmbedding(8, classes=['fear', 'floccinaucinihilipilification'])


def test_either_tree_or_classes_is_needed():
    with pytest.raises(ValueError, match='either label_tree'):
        LabelEmbedding(8)
    with pytest.raises(ValueError, match='either label_tree'):
        LabelEmbedding(8, label_tree='fgemotions', classes=['fear'])


@pytest.mark.parametrize('seed', range(5))
def test_shuffled_vectors_belong_to_other_classes(seed):
    tree = LabelTree.load('ferplus')
    own, other = (
        LabelEmbedding(8, label_tree='ferplus', shuffle_seed=s).vectors.numpy()
        for s in (None, seed)
    )
    fine = len(tree.fine)
    same = (own[:fine, None] == other[None, :fine]).all(-1)
    assert same.sum() == fine and not same.diagonal().any()
    # The tree stays: a coarse class has the mean of its fine classes, whatever their vectors.
    for i in range(len(tree.coarse)):
        members = np.flatnonzero(np.array(tree.parents) == i)
        np.testing.assert_allclose(other[fine + i], other[members].mean(0), rtol=1e-5, atol=1e-6)


def test_shuffled_vectors_without_a_tree():
    own, other = (
        LabelEmbedding(8, classes=['fear', 'surprise'], shuffle_seed=s).vectors for s in (None, 0)
    )
    assert torch.equal(own.flip(0), other)
