"""Images in the training part and another part, and images under two labels."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mmfer.datasets.care.findings import Finding, Images
from mmfer.datasets.care.fingerprints import has_box
from mmfer.datasets.care.look_alikes import NONE, first_look_alikes

TRAINED = 0
"""The kind of the images of the training part; the others are the classes."""


@dataclass(frozen=True)
class Copies:
    """The images, grouped by equal bytes, and if a file has several faces by equal boxes.

    Of each group, only the first image of each kind is compared with the other groups. So a set
    of many equal files takes no longer than one of different files.

    Args:
        group: The group of each image, (N,); -1 for an image that cannot be read.
        sample: The number of the first image of each group, (G,).
        labels: The classes; their kinds are 1, 2, ...
        firsts: The number of the first image of each kind in each group, (G, K).
    """

    group: np.ndarray
    sample: np.ndarray
    labels: Sequence[str]
    firsts: np.ndarray


def same_images(images: Images) -> list[Finding]:
    """Find images that are in the training part and another part, or have two labels.

    An image is named with the first training image, and with the first image of each other class,
    that has the same bytes or shows the same.
    """
    copies = _group(images)
    samples = [images.samples[number] for number in copies.sample]
    prints = [images.prints[number] for number in copies.sample]
    how = {
        'the same bytes': copies.firsts,
        'looks the same': first_look_alikes(samples, prints, copies.firsts),
    }
    return [_across(images, copies, how), _two_labels(images, copies, how)]


def _keys(images: Images) -> list[str]:
    """What images with the same bytes have in common; several faces of one file are told apart."""
    faces: dict[tuple[str, str], set[str]] = defaultdict(set)
    boxes = [str(np.round(s['face_box'], 1).tolist()) if has_box(s) else '' for s in images.samples]
    for number, (one, box) in enumerate(zip(images.prints, boxes, strict=True)):
        if one.digest and box:
            faces[images.splits[number], images.path(number)].add(box)
    several = {
        one.digest
        for number, one in enumerate(images.prints)
        if len(faces.get((images.splits[number], images.path(number)), ())) > 1
    }
    return [
        f'{one.digest} {box}' if one.digest in several else one.digest
        for one, box in zip(images.prints, boxes, strict=True)
    ]


def _group(images: Images) -> Copies:
    groups: dict[str, int] = {}
    group = np.full(len(images.prints), -1)
    for number, key in enumerate(_keys(images)):
        if key:
            group[number] = groups.setdefault(key, len(groups))
    labels = list(dict.fromkeys(label for label in images.labels if label is not None))
    firsts = np.full((len(groups), 1 + len(labels)), NONE)
    sample = np.full(len(groups), NONE)
    kinds = {label: kind for kind, label in enumerate(labels, TRAINED + 1)}
    for number in range(len(group) - 1, -1, -1):  # backwards, so that the first image stays
        if group[number] < 0:
            continue
        sample[group[number]] = number
        if images.splits[number] == 'train':
            firsts[group[number], TRAINED] = number
        label = images.labels[number]
        if label is not None:
            firsts[group[number], kinds[label]] = number
    return Copies(group, sample, labels, firsts)


def _across(images: Images, copies: Copies, how: dict[str, np.ndarray]) -> Finding:
    rows: list[list[str]] = []
    said = []
    seen: set[int] = set()
    for reason, table in how.items():
        found = {
            other: int(table[group, TRAINED])
            for other, group in enumerate(copies.group)
            if group >= 0 and images.splits[other] != 'train' and table[group, TRAINED] != NONE
        }
        new = {other: trained for other, trained in found.items() if other not in seen}
        seen |= set(new)
        for split in ('val', 'test'):
            count = sum(images.splits[other] == split for other in new)
            if count:
                said.append(f'{count} of {images.splits.count(split)} {split} images: {reason}')
        rows += [
            [images.splits[other], images.path(other), images.path(trained), reason]
            for other, trained in new.items()
        ]
    summary = (
        f'Images of the training part are also in another part ({"; ".join(said)}).'
        if said
        else 'No image of the training part is in another part.'
    )
    head = ['part', 'image', 'training image', 'how']
    return Finding('The same image in two parts', summary, bool(said), rows, head)


def _two_labels(images: Images, copies: Copies, how: dict[str, np.ndarray]) -> Finding:
    rows: list[list[str]] = []
    said = []
    seen: set[tuple[str, str]] = set()
    for reason, table in how.items():
        before = len(rows)
        for first, second in sorted(set(_differing(images, copies, table))):
            paths = images.path(first), images.path(second)
            if paths not in seen:
                seen.add(paths)
                labels = str(images.labels[first]), str(images.labels[second])
                rows.append([paths[0], labels[0], paths[1], labels[1], reason])
        if len(rows) > before:
            said.append(f'{len(rows) - before} pairs: {reason}')
    summary = (
        f'Images have two labels ({"; ".join(said)}).'
        if rows
        else 'No image has two different labels.'
    )
    head = ['image', 'label', 'other image', 'other label', 'how']
    return Finding('The same image under two labels', summary, bool(rows), rows, head)


def _differing(images: Images, copies: Copies, table: np.ndarray) -> Iterator[tuple[int, int]]:
    """Each labeled image with the first image of each other class; the smaller number first."""
    for number, (group, label) in enumerate(zip(copies.group, images.labels, strict=True)):
        if group < 0 or label is None:
            continue
        for other, name in zip(table[group, TRAINED + 1 :].tolist(), copies.labels, strict=True):
            if other != NONE and name != label:
                yield min(number, other), max(number, other)
