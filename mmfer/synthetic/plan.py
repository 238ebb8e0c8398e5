"""Which image shows which class and which person, decided before anything is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmfer.synthetic.layouts.base import Layout
from mmfer.synthetic.people import sample_person
from mmfer.synthetic.presets import Options
from mmfer.synthetic.scene import Person

SPLITS = ('train', 'test')

_IDENTITY, _ORDER, _NOISE, _IMAGE = range(4)


@dataclass(frozen=True)
class Sample:
    """One image to come."""

    split: str
    index: int
    """Position in the split, from 0."""
    label: int
    """Class that the data set says."""
    clean_label: int
    """Class that is rendered."""
    identity: str


def _generator(stream: int, options_seed: int, split: str, index: int) -> np.random.Generator:
    return np.random.default_rng([options_seed, SPLITS.index(split), index, stream])


def image_generator(seed: int, sample: Sample) -> np.random.Generator:
    """The random numbers of one image, the same wherever and whenever it is rendered."""
    return _generator(_IMAGE, seed, sample.split, sample.index)


def person_of(seed: int, identity: str) -> Person:
    """The person behind an identity such as ``train-0012``."""
    split, number = identity.split('-')
    return sample_person(_generator(_IDENTITY, seed, split, int(number)))


def class_counts(images: int, shares: Sequence[float]) -> list[int]:
    """Images of each class: in proportion to ``shares``, but at least one each."""
    weights = np.asarray(shares, dtype=float) / np.sum(shares)
    exact = weights * (images - len(weights))
    counts = np.floor(exact).astype(int)
    order = np.argsort(counts - exact, kind='stable')
    counts[order[: images - len(weights) - counts.sum()]] += 1
    return [int(n) + 1 for n in counts]


def _clean_labels(counts: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Labels in rounds, each a random order of the classes that still have images left.

    Neighbours, who share an identity, thus show different classes as long as there are several.
    """
    left = np.array(counts)
    labels: list[int] = []
    while left.any():
        present = np.flatnonzero(left)
        labels += rng.permutation(present).tolist()
        left[present] -= 1
    return labels


def noisy_labels(
    labels: Sequence[int], parents: Sequence[int], rate: float, kind: str, rng: np.random.Generator
) -> list[int]:
    """Move ``rate`` of the labels, rounded, to another class drawn uniformly.

    Args:
        labels: Clean labels.
        parents: Coarse class of each class.
        rate: Share of labels to move.
        kind: Which classes they move to: ``'other-coarse'``, those of another coarse class;
            ``'same-coarse'``, the others of their own; ``'uniform'``, all others.
        rng: Random numbers.

    Raises:
        ValueError: If a class that has to move has no class to move to.
    """
    choices: Mapping[int, list[int]] = {
        c: [
            d
            for d, parent in enumerate(parents)
            if d != c and (kind == 'uniform' or (parent == parents[c]) == (kind == 'same-coarse'))
        ]
        for c in sorted(set(labels))
    }
    noisy = list(labels)
    count = round(rate * len(labels))
    movable = np.array([i for i, label in enumerate(labels) if choices[label]], dtype=int)
    if count > len(movable):
        raise ValueError(
            f'{count} labels are to be moved to a class of kind "{kind}", but only '
            f'{len(movable)} images have such a class. Choose another kind of label noise.'
        )
    for i in np.sort(rng.choice(movable, count, replace=False)) if count else ():
        noisy[i] = int(rng.choice(choices[labels[i]]))
    return noisy


def plan(layout: Layout, options: Options) -> dict[str, list[Sample]]:
    """All images of both splits. Label noise touches the training split alone.

    Raises:
        ValueError: If there are fewer images than classes in a split.
    """
    test = round(options.images * options.test_share)
    sizes = {'train': options.images - test, 'test': test}
    if min(sizes.values()) < len(layout.classes):
        raise ValueError(
            f'{options.images} images give {sizes["train"]} for training and {sizes["test"]} for '
            f'testing, fewer than the {len(layout.classes)} classes of {layout.name}. Ask for at '
            f'least {int(np.ceil(len(layout.classes) / options.test_share))} images.'
        )
    samples = {}
    for split, size in sizes.items():
        counts = class_counts(size, layout.shares[split])
        clean = _clean_labels(counts, _generator(_ORDER, options.seed, split, 0))
        rate = options.label_noise if split == 'train' else 0.0
        noise_rng = _generator(_NOISE, options.seed, split, 0)
        labels = noisy_labels(clean, layout.parents, rate, options.noise_kind, noise_rng)
        samples[split] = [
            Sample(split, i, labels[i], clean[i], f'{split}-{i // options.images_per_identity:04d}')
            for i in range(size)
        ]
    return samples
