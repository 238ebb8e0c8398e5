"""A validation part carved from the training set."""

from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold


def carve_validation(
    labels: Sequence[int], ratio: float, seed: int, subjects: Sequence[str | None] | None = None
) -> np.ndarray:
    """Draw a validation part, the same share of every class.

    Where all subjects are known, no subject stands on both sides; the shares are then only as
    equal as whole subjects allow, and ``ratio`` is rounded to one part of a whole number.

    Args:
        labels: The N class indices.
        ratio: The share of the validation part, above 0 and at most 0.5.
        seed: Fixes the draw, whatever the machine.
        subjects: The N identities, or None.

    Returns:
        A mask (N,) that is True in the validation part.

    Raises:
        ValueError: If the ratio is out of range, or there are fewer subjects than parts.
    """
    if not 0 < ratio <= 0.5:
        raise ValueError(f'val_ratio={ratio}: give a share above 0 and at most 0.5, such as 0.1.')
    mask = np.zeros(len(labels), dtype=bool)
    classes = np.asarray(labels)
    if subjects is not None and all(subject is not None for subject in subjects):
        parts = round(1 / ratio)
        groups = np.asarray(subjects, dtype=str)
        if len(set(groups)) < parts:
            raise ValueError(
                f'val_ratio={ratio} needs at least {parts} subjects, there are '
                f'{len(set(groups))}. Raise val_ratio or validate on other data.'
            )
        # Its warning on classes with fewer images than parts tells of nothing but uneven shares.
        folds = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
        mask[next(folds.split(classes, classes, groups))[1]] = True
        return mask
    rng = np.random.default_rng(seed)
    for label in np.unique(classes):
        members = np.flatnonzero(classes == label)
        count = max(1, round(ratio * len(members))) if len(members) > 1 else 0
        mask[rng.permutation(members)[:count]] = True
    return mask
