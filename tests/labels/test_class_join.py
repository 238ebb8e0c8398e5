import numpy as np
import pytest

from mmfer.labels import FERPLUS_CLASSES, LabelTree
from mmfer.labels.class_join import join_classes


def test_names_have_priority_over_parents_and_synonyms_are_known():
    join = join_classes(
        ['Angry', 'worry', 'contempt', 'lust', 'surprise'],
        ['neutral', 'surprise', 'anger', 'fear'],
        ['anger', 'fear', 'anger', 'love', 'surprise'],
    )
    assert join.classes == ('surprise', 'anger', 'fear')
    assert join.columns.tolist() == [1, 2, 1, -1, 0]
    assert join.labels.tolist() == [-1, 0, 1, 2]


def test_fine_classes_of_fgemotions_join_those_of_ferplus():
    tree = LabelTree.load('fgemotions')
    parents = [tree.coarse[parent] for parent in tree.parents]
    join = join_classes(tree.fine, FERPLUS_CLASSES, parents)
    assert set(FERPLUS_CLASSES) - set(join.classes) == {'neutral'}
    joined = dict(zip(tree.fine, join.columns, strict=True))
    assert join.classes[joined['contempt']] == 'contempt'
    assert join.classes[joined['hate']] == 'anger'
    assert joined['lust'] == -1


def test_scores_are_summed_and_scaled():
    join = join_classes(['happy', 'joy', 'sad', 'lust'], ['happiness', 'sadness'])
    scores = join.scores(np.array([[0.1, 0.2, 0.2, 0.5], [0.0, 0.0, 0.0, 1.0]]))
    np.testing.assert_allclose(scores, [[0.6, 0.4], [0.5, 0.5]])


def test_classes_of_the_data_that_mean_the_same_become_one():
    join = join_classes(['happiness', 'sadness'], ['happy', 'bored', 'joy', 'sad'])
    assert join.classes == ('happy', 'sad')
    assert join.labels.tolist() == [0, -1, 0, 1]
    assert join.columns.tolist() == [0, 1]


def test_one_common_class_is_refused():
    with pytest.raises(ValueError, match='have 1 in common'):
        join_classes(['happy', 'calm'], ['happiness', 'sadness'])
