"""Cross validation protocols: each subject is tested by a model trained without this subject.

The folds leave out subjects, groups of subjects, or all subjects of a data set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PROTOCOLS = ('loso', 'kfold', 'lodo')


@dataclass(frozen=True)
class Fold:
    """One fold: subjects for the test, and the other subjects for training.

    Args:
        name: The held-out subject, or the number of the fold, counted from 1.
        held_out: The subjects for the test.
        training: All other subjects.
    """

    name: str
    held_out: tuple[str, ...]
    training: tuple[str, ...]


def loso(subjects: Sequence[str]) -> list[Fold]:
    """Leave one subject out: one fold per subject, in the order of their names.

    Args:
        subjects: The subject of each of the N samples.

    Raises:
        ValueError: If there is only one subject.

    Example:
        >>> [fold.held_out for fold in loso(['sub02', 'sub01', 'sub02'])]
        [('sub01',), ('sub02',)]
    """
    from sklearn.model_selection import LeaveOneGroupOut  # takes long to import

    who = _checked(subjects, 2)
    held_out = [test for _, test in LeaveOneGroupOut().split(who, groups=who)]
    return [_fold(str(who[test[0]]), who, test) for test in held_out]


def kfold(
    labels: Sequence[int], subjects: Sequence[str], folds: int = 5, seed: int = 0
) -> list[Fold]:
    """K folds of whole subjects, with class shares that differ as little as possible.

    If no class has at least K samples, the shares of the classes are left to chance.

    Args:
        labels: The class of each of the N samples.
        subjects: The subject of each of the N samples.
        folds: Number K of folds.
        seed: Seed of the random assignment.

    Raises:
        ValueError: If there are fewer than two folds, or fewer subjects than folds.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold  # takes long to import

    if folds < 2:
        raise ValueError(f'folds={folds}: give 2 or more.')
    who, classes = _checked(subjects, folds), np.asarray(labels)
    held_out: list[np.ndarray] = []
    if np.bincount(classes).max() >= folds:
        stratified = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        held_out = [test for _, test in stratified.split(who, classes, who)]
    if not held_out or not all(map(len, held_out)):
        plain = GroupKFold(folds, shuffle=True, random_state=seed)
        held_out = [test for _, test in plain.split(who, groups=who)]
    return [_fold(str(number), who, test) for number, test in enumerate(held_out, 1)]


def lodo(subjects: Sequence[str], datasets: Sequence[str]) -> list[Fold]:
    """Leave one data set out: one fold per data set, in the order of their names.

    Args:
        subjects: The subject of each of the N samples; a subject has one data set.
        datasets: The data set of each of the N samples.

    Raises:
        ValueError: If there is only one data set.

    Example:
        >>> lodo(['SAMM/006', 'SMIC/s01', 'SMIC/s02'], ['SAMM', 'SMIC', 'SMIC'])[1].held_out
        ('SMIC/s01', 'SMIC/s02')
    """
    who, sets = _checked(subjects, 2), np.array(list(datasets), dtype=str)
    names = np.unique(sets)
    if len(names) < 2:
        raise ValueError(
            'Leaving one data set out needs several. Join them in train_dataloader and '
            "test_dataloader: dataset=dict(type='ConcatDataset', datasets=[...])."
        )
    return [_fold(str(name), who, np.flatnonzero(sets == name)) for name in names]


def _checked(subjects: Sequence[str], least: int) -> np.ndarray:
    who = np.array(list(map(str, subjects)))
    names = np.unique(who)
    if len(names) < least:
        raise ValueError(
            f'The samples show {len(names)} subjects ({", ".join(names)}), but the folds need '
            f'{least}, at least one each. Add subjects, or use fewer folds.'
        )
    return who


def _fold(name: str, who: np.ndarray, test: np.ndarray) -> Fold:
    held_out = np.unique(who[test])
    training = np.setdiff1d(who, held_out)
    return Fold(name, tuple(held_out.tolist()), tuple(training.tolist()))
