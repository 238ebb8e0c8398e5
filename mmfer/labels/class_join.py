"""The common classes of a model and a data set, by name or through a label tree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SYNONYMS = {
    'afraid': 'fear',
    'angry': 'anger',
    'contemptuous': 'contempt',
    'disgusted': 'disgust',
    'fearful': 'fear',
    'happy': 'happiness',
    'joy': 'happiness',
    'sad': 'sadness',
    'scared': 'fear',
    'surprised': 'surprise',
}
"""Other words for the basic expressions, such as adjectives."""


@dataclass(frozen=True)
class ClassJoin:
    """The map from the classes of a model to the classes of a data set.

    Args:
        classes: The J classes of the data set that the model knows, in the data set's order.
        columns: (C,) index in ``classes`` for each of the model's C classes, or -1.
        labels: (D,) index in ``classes`` for each of the data set's D classes, or -1.
    """

    classes: tuple[str, ...]
    columns: np.ndarray
    labels: np.ndarray

    def scores(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of the joined classes.

        Args:
            scores: (N, C) probabilities of the model's classes.

        Returns:
            (N, J) sums over the joined classes, scaled so that each row sums to 1.
        """
        one_hot = self.columns[:, None] == np.arange(len(self.classes))
        joined = np.asarray(scores, dtype=np.float64) @ one_hot
        total = joined.sum(axis=1, keepdims=True)
        even = np.full_like(joined, 1 / len(self.classes))
        return np.divide(joined, total, out=even, where=total > 0)


def join_classes(
    model: Sequence[str], data: Sequence[str], parents: Sequence[str] | None = None
) -> ClassJoin:
    """Join the classes of a model with those of a data set.

    A class of the model is joined with the class of the data set that has the same name or a
    synonym; otherwise with the class named like its parent in the model's label tree. Classes of
    the data set that mean the same, such as happy and joy, become one, with the name of the first.

    Args:
        model: The C classes of the model.
        data: The D classes of the data set.
        parents: The name of the coarse class of each class of the model.

    Raises:
        ValueError: If fewer than two classes are in common.

    Example:
        >>> join_classes(['joy', 'worry', 'lust'], ['fear', 'happiness', 'neutral'],
        ...              ['happiness', 'fear', 'love']).classes
        ('fear', 'happiness')
    """
    index: dict[str, int] = {}
    same = [index.setdefault(_canonical(name), position) for position, name in enumerate(data)]
    found = []
    for position, name in enumerate(model):
        names = [name] if parents is None else [name, parents[position]]
        found.append(next((index[c] for c in map(_canonical, names) if c in index), -1))
    kept = sorted(set(found) - {-1})
    if len(kept) < 2:
        raise ValueError(
            f'The classes of the model ({", ".join(model)}) and of the data set '
            f'({", ".join(data)}) have {len(kept)} in common. The comparison needs at least two: '
            'give a model or a data set with the same class names.'
        )
    place = {old: new for new, old in enumerate(kept)}
    return ClassJoin(
        tuple(data[old] for old in kept),
        np.array([place.get(old, -1) for old in found]),
        np.array([place.get(old, -1) for old in same]),
    )


def _canonical(name: str) -> str:
    word = name.strip().lower()
    return SYNONYMS.get(word, word)
