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
