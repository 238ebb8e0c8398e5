"""Draw of a validation part from the training part."""

from collections.abc import Sequence

import numpy as np


def carve_validation(
    labels: Sequence[int] | np.ndarray,
    ratio: float,
    seed: int,
    subjects: Sequence[str | None] | None = None,
    fold: int = 0,
) -> np.ndarray:
    """Draw a validation part with the same share of every class.

    With subjects, none is in both parts, and the shares are as equal as whole subjects allow. An
    image whose subject is unknown counts as a subject of its own.

    Args:
        labels: The N class indices.
        ratio: The share of the validation part, above 0 and at most 0.5.
        seed: Seed of the draw; the result does not depend on the machine.
        subjects: The N identities, None where one is unknown; or None.
        fold: Which of the parts that one draw gives, counted from 0. The parts share no image, and
            K parts of the ratio 1/K hold all images of every class of at least two images.

    Returns:
        A mask (N,) that is True in the validation part.

    Raises:
        ValueError: If the ratio or the fold is out of range, all images show the same subject, or
            another fold than the first is drawn of known subjects.
    """
    if not isinstance(ratio, int | float) or not 0 < ratio <= 0.5:
        raise ValueError(f'val_ratio={ratio!r}: give a share above 0 and at most 0.5, such as 0.1.')
    if fold < 0 or round(ratio * (fold + 1), 6) > 1:
        last = int(1 / ratio + 1e-6) - 1
        raise ValueError(f'val_fold={fold} with val_ratio={ratio}: give a fold from 0 to {last}.')
    classes = np.asarray(labels)
    rng = np.random.default_rng(seed)
    if subjects is not None and any(subject is not None for subject in subjects):
        if fold:
            raise ValueError(
                f'val_fold={fold} divides images, not subjects, whose faces would then be on '
                'both sides. Use `mmfer cross-validate`, which divides subjects.'
            )
        return _draw_subjects(classes, np.asarray(owners(subjects), dtype=str), ratio, rng)
    mask = np.zeros(len(classes), dtype=bool)
    _, counts = np.unique(classes, return_counts=True)
    for members in np.split(np.argsort(classes, kind='stable'), np.cumsum(counts)[:-1]):
        if len(members) > 1:
            mask[rng.permutation(members)[_share(members, ratio, fold)]] = True
    return mask


def owners(subjects: Sequence[str | None]) -> list[str]:
    """The subject of each image; an image whose subject is unknown has a name of its own."""
    known = {subject for subject in subjects if subject is not None}
    prefix = 'image '
    while any(subject.startswith(prefix) for subject in known):
        prefix = f'_{prefix}'
    return [f'{prefix}{i}' if s is None else s for i, s in enumerate(subjects)]


def _share(members: np.ndarray, ratio: float, fold: int) -> slice:
    start, stop = (max(1, round(ratio * len(members) * i)) if i else 0 for i in (fold, fold + 1))
    return slice(start, stop)


def _draw_subjects(
    classes: np.ndarray, subjects: np.ndarray, ratio: float, rng: np.random.Generator
) -> np.ndarray:
    """Take whole subjects in random order, if they bring the class counts closer to the target."""
    names, owner = np.unique(subjects, return_inverse=True)
    if len(names) < 2:
        raise ValueError(
            f'All images show the subject "{names[0]}", so no subject is left for validation. '
            'Validate on other data.'
        )
    counts = np.zeros((len(names), classes.max() + 1))
    np.add.at(counts, (owner, classes), 1)
    missing = ratio * counts.sum(axis=0)
    taken = np.zeros(len(names), dtype=bool)
    for subject in rng.permutation(len(names)):
        rest = missing - counts[subject]
        if (rest**2).sum() < (missing**2).sum():
            taken[subject], missing = True, rest
    if not taken.any():
        taken[rng.integers(len(names))] = True
    return taken[owner]
