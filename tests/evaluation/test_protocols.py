import numpy as np
import pytest

from mmfer.evaluation import kfold, loso

SUBJECTS = ['sub02', 'sub01', 'sub02', 'sub10', 'sub01', 'sub02']


def test_every_subject_is_left_out_once() -> None:
    folds = loso(SUBJECTS)
    assert [fold.name for fold in folds] == ['sub01', 'sub02', 'sub10']
    assert [fold.held_out for fold in folds] == [('sub01',), ('sub02',), ('sub10',)]
    assert [fold.training for fold in folds] == [
        ('sub02', 'sub10'),
        ('sub01', 'sub10'),
        ('sub01', 'sub02'),
    ]


def test_one_subject_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match=r'show 1 subjects \(sub01\), but the folds need 2'):
        loso(['sub01', 'sub01'])


def many(seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """40 subjects with 10 samples each; one half shows only class 1, the other only class 0."""
    subjects = [f's{i // 10:02}' for i in range(400)]
    return np.arange(400) // 10 % 2, subjects


def test_subjects_are_not_split_and_held_out_once() -> None:
    labels, subjects = many()
    folds = kfold(labels, subjects, 4, seed=1)
    assert [fold.name for fold in folds] == ['1', '2', '3', '4']
    held_out = [name for fold in folds for name in fold.held_out]
    assert sorted(held_out) == sorted(set(subjects))
    for fold in folds:
        assert set(fold.held_out) | set(fold.training) == set(subjects)
        assert not set(fold.held_out) & set(fold.training)


def test_folds_have_similar_class_shares() -> None:
    labels, subjects = many()
    for fold in kfold(labels, subjects, 4, seed=1):
        own = labels[np.isin(subjects, fold.held_out)]
        assert np.bincount(own).tolist() == [50, 50]


def test_the_seed_determines_the_folds() -> None:
    labels, subjects = many()
    first = kfold(labels, subjects, 4, seed=1)
    assert kfold(labels, subjects, 4, seed=1) == first
    assert kfold(labels, subjects, 4, seed=2) != first


def test_rare_classes_are_divided_at_random() -> None:
    folds = kfold([0, 1, 2, 3], ['a', 'b', 'c', 'd'], 3)
    assert sorted(name for fold in folds for name in fold.held_out) == ['a', 'b', 'c', 'd']
    assert all(fold.held_out for fold in folds)


@pytest.mark.parametrize('seed', range(5))
def test_no_fold_is_empty_if_one_subject_has_nearly_all_samples(seed: int) -> None:
    subjects = ['big'] * 50 + ['a', 'b', 'c']
    folds = kfold([0] * 53, subjects, 4, seed)
    assert sorted(fold.held_out for fold in folds) == [('a',), ('b',), ('big',), ('c',)]


def test_fewer_subjects_than_folds_are_refused() -> None:
    with pytest.raises(ValueError, match='show 3 subjects .*, but the folds need 5'):
        kfold([0] * 6, SUBJECTS, 5)
    with pytest.raises(ValueError, match='folds=1: give 2 or more'):
        kfold([0] * 6, SUBJECTS, 1)
