"""The plan of a data set: the class and the person of each image or clip, before rendering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmfer.synthetic.layouts.layout import Layout
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.layouts.proportions import class_counts
from mmfer.synthetic.people.marked_people import marked
from mmfer.synthetic.render.scene import Person

SPLITS = ('train', 'test', 'val', 'all')
"""Names of all splits; their order is part of the random seeds."""

_IDENTITY, _ORDER, _NOISE, _IMAGE = range(4)


@dataclass(frozen=True)
class Sample:
    """One image or clip to be rendered."""

    split: str
    index: int
    """Position in the split, from 0."""
    label: int
    """Class according to the labels of the data set, after label noise."""
    clean_label: int
    """Class of the rendered expression."""
    identity: str


def _generator(stream: int, options_seed: int, split: str, index: int) -> np.random.Generator:
    return np.random.default_rng([options_seed, SPLITS.index(split), index, stream])


def image_generator(seed: int, sample: Sample) -> np.random.Generator:
    """The random numbers of one image; they depend on the seed and the sample alone."""
    return _generator(_IMAGE, seed, sample.split, sample.index)


def person_of(layout: Layout, seed: int, identity: str, marks: bool = False) -> Person:
    """The person behind an identity such as ``train-0012``, see :attr:`Conditions.marked`."""
    split, number = identity.split('-')
    person = layout.person(_generator(_IDENTITY, seed, split, int(number)))
    return marked(person) if marks else person


def _clean_labels(counts: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Labels in random order, with the images of each class spread evenly.

    Adjacent samples share an identity, so each identity shows as many classes as possible.
    """
    labels = np.repeat(np.arange(len(counts)), counts)
    places = np.concatenate([(np.arange(n) + rng.random(n)) / n for n in counts])
    return [int(label) for label in labels[np.argsort(places)]]


def noisy_labels(
    labels: Sequence[int], parents: Sequence[int], rate: float, kind: str, rng: np.random.Generator
) -> list[int]:
    """Move a share ``rate`` of the labels to another class, which is drawn uniformly.

    Args:
        labels: Clean labels.
        parents: Coarse class of each class.
        rate: Share of labels to move; the number of labels is rounded.
        kind: The candidates for the new class: ``'other-coarse'``, the classes of all other
            coarse classes; ``'same-coarse'``, the other classes of the same coarse class;
            ``'uniform'``, all other classes.
        rng: Random numbers.

    Raises:
        ValueError: If too few labels have a class to which they can move.
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
    """Number of images per split; all splits but the first divide ``held_out`` equally."""
    first, *others = splits
    sizes = {first: images}
    rest = round(images * held_out) if others else 0
    for i, split in enumerate(others):
        sizes[split] = rest // (len(others) - i)
        rest -= sizes[split]
        sizes[first] -= sizes[split]
    return sizes


def plan(layout: Layout, options: Options) -> dict[str, list[Sample]]:
    """Plan all images of all splits. Label noise changes only the training split.

    Raises:
        ValueError: If a split has fewer images than classes, or label noise is given for a layout
            that takes none.
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
        shares = [1.0] * len(layout.classes) if options.balanced else layout.shares[split]
        counts = class_counts(size, shares)
        clean = _clean_labels(counts, _generator(_ORDER, options.seed, split, 0))
        rate = options.label_noise if split == 'train' else 0.0
        noise_rng = _generator(_NOISE, options.seed, split, 0)
        labels = noisy_labels(clean, layout.parents, rate, options.noise_kind, noise_rng)
        people = layout.people(size, options.images_per_identity)
        samples[split] = [
            Sample(split, i, labels[i], clean[i], f'{split}-{people[i]:04d}') for i in range(size)
        ]
    return samples
