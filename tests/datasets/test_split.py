from typing import Any

import numpy as np
import pytest

from mmfer.datasets.split import carve_validation, owners

LABELS = [0] * 100 + [1] * 20 + [2] * 3 + [3]


def test_each_class_contributes_its_share() -> None:
    mask = carve_validation(LABELS, 0.2, seed=0)
    assert np.bincount(np.array(LABELS)[mask], minlength=4).tolist() == [20, 4, 1, 0]


def test_a_seed_fixes_the_draw() -> None:
    first, again, other = (carve_validation(LABELS, 0.2, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_subjects_are_not_split_and_classes_are_balanced() -> None:
    rng = np.random.default_rng(0)
    subjects = np.repeat(np.arange(100), 6)
    labels = rng.integers(0, 4, 600)
    mask = carve_validation(labels, 0.2, 0, [f's{s}' for s in subjects])
    assert not set(subjects[mask]) & set(subjects[~mask])
    shares = np.bincount(labels[mask]) / np.bincount(labels)
    assert np.abs(shares - 0.2).max() < 0.06


def test_an_unknown_subject_does_not_split_those_that_are_known() -> None:
    rng = np.random.default_rng(0)
    people = [f's{i // 10}' for i in range(200)]
    labels = rng.integers(0, 3, 200)
    subjects: list[str | None] = [None if i % 7 == 0 else name for i, name in enumerate(people)]
    mask = carve_validation(labels, 0.2, 0, subjects)
    sides = [
        {name for name, m in zip(subjects, mask, strict=True) if name and m == side}
        for side in (0, 1)
    ]
    assert all(sides) and not sides[0] & sides[1]
    assert 0.14 < mask.mean() < 0.26
    assert {mask[i] for i, name in enumerate(subjects) if name is None} == {True, False}


def test_unknown_subjects_alone_are_not_grouped() -> None:
    assert (
        carve_validation(LABELS, 0.2, 0, [None] * 124) == carve_validation(LABELS, 0.2, 0)
    ).all()


def test_owners_of_images_are_no_names_of_subjects() -> None:
    assert owners([None, 'image 0', None]) == ['_image 0', 'image 0', '_image 2']


def test_bad_ratios_and_a_single_subject_are_errors() -> None:
    ratios: list[Any] = [-0.1, 0, 0.6, '0.1', None]
    for ratio in ratios:
        with pytest.raises(ValueError, match='val_ratio'):
            carve_validation(LABELS, ratio, 0)
    with pytest.raises(ValueError, match='subject "me"'):
        carve_validation([0, 1], 0.5, 0, ['me', 'me'])


def test_folds_share_nothing_and_hold_all() -> None:
    parts = [carve_validation(LABELS, 1 / 3, seed=5, fold=i) for i in range(3)]
    assert (parts[0] == carve_validation(LABELS, 1 / 3, seed=5)).all()
    times = np.sum(parts, axis=0)
    assert (times[:-1] == 1).all() and times[-1] == 0  # a single image is always trained on
    counts = [np.bincount(np.array(LABELS)[part], minlength=4).tolist() for part in parts]
    assert counts == [[33, 7, 1, 0], [34, 6, 1, 0], [33, 7, 1, 0]]


def test_a_fold_beyond_the_data_or_of_subjects_stops() -> None:
    for fold in (-1, 3):
        with pytest.raises(ValueError, match='give a fold from 0 to 2'):
            carve_validation(LABELS, 1 / 3, 0, fold=fold)
    with pytest.raises(ValueError, match='divides images, not subjects'):
        carve_validation([0, 1], 0.5, 0, ['me', 'you'], fold=1)
