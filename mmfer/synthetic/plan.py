"""Which image or clip shows which class and which person, decided before anything is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmfer.synthetic.layouts.layout import Layout
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.layouts.proportions import class_counts
from mmfer.synthetic.render.scene import Person

SPLITS = ('train', 'test', 'val', 'all')
"""Their order is part of the random numbers."""

_IDENTITY, _ORDER, _NOISE, _IMAGE = range(4)


@dataclass(frozen=True)
class Sample:
    """One image or clip to come."""

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


def person_of(layout: Layout, seed: int, identity: str) -> Person:
    """The person behind an identity such as ``train-0012``."""
    split, number = identity.split('-')
    return layout.person(_generator(_IDENTITY, seed, split, int(number)))


def _clean_labels(counts: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Labels in random order, but each class spread evenly.

    Neighbours, who share an identity, thus show as many different classes as there can be.
    """
    labels = np.repeat(np.arange(len(counts)), counts)
    places = np.concatenate([(np.arange(n) + rng.random(n)) / n for n in counts])
    return [int(label) for label in labels[np.argsort(places)]]


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


def split_sizes(splits: Sequence[str], images: int, held_out: float) -> dict[str, int]:
    """Numbers of images: a share is held out from the first split, in equal parts for the rest."""
    first, *others = splits
    sizes = {first: images}
    rest = round(images * held_out) if others else 0
    for i, split in enumerate(others):
        sizes[split] = rest // (len(others) - i)
        rest -= sizes[split]
        sizes[first] -= sizes[split]
    return sizes


def plan(layout: Layout, options: Options) -> dict[str, list[Sample]]:
    """All images of all splits. Label noise touches the training split alone.

    Raises:
        ValueError: If there are fewer images than classes in a split, or labels are to be moved
            that the layout keeps.
    """
    sizes = split_sizes(layout.splits, options.images, options.test_share)
    if min(sizes.values()) < len(layout.classes):
        share = options.test_share / (len(sizes) - 1) if len(sizes) > 1 else 1.0
        raise ValueError(
            f'{options.images} images give {", ".join(f"{n} for {s}" for s, n in sizes.items())}, '
            f'fewer than the {len(layout.classes)} classes of {layout.name}. Ask for at least '
            f'{int(np.ceil(len(layout.classes) / share))} images.'
        )
    if options.label_noise and not layout.noisy_labels:
        raise ValueError(
            f'The layout {layout.name} takes no label noise, but {options.label_noise} was asked '
            'for. Leave it out, or choose another layout.'
        )
    samples = {}
    for split, size in sizes.items():
        counts = class_counts(size, layout.shares[split])
        clean = _clean_labels(counts, _generator(_ORDER, options.seed, split, 0))
        rate = options.label_noise if split == 'train' else 0.0
        noise_rng = _generator(_NOISE, options.seed, split, 0)
        labels = noisy_labels(clean, layout.parents, rate, options.noise_kind, noise_rng)
        people = layout.people(size, options.images_per_identity)
        samples[split] = [
            Sample(split, i, labels[i], clean[i], f'{split}-{people[i]:04d}') for i in range(size)
        ]
    return samples
