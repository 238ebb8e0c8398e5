"""What is found out about a data set."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmfer.datasets.care.fingerprints import Fingerprint
from mmfer.datasets.care.parts import Part


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Args:
        title: What was checked.
        summary: The result in one or two sentences.
        fault: Whether something has to be mended.
        rows: A row of cells for each item, such as an image and its problem.
        head: The names of the columns.
    """

    title: str
    summary: str
    fault: bool = False
    rows: Sequence[Sequence[str]] = ()
    head: Sequence[str] = ()


@dataclass
class Images:
    """All images of all parts, in one order.

    Args:
        parts: The parts.
        samples: The samples of all parts.
        splits: The split of each sample.
        labels: The class of each sample; None for attributes.
        prints: The fingerprint of each sample.
    """

    parts: Sequence[Part]
    samples: list[Mapping[str, Any]] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    prints: list[Fingerprint] = field(default_factory=list)

    def path(self, number: int) -> str:
        """The path of the image of a sample."""
        return str(self.samples[number].get('img_path'))


def sizes(parts: Sequence[Part]) -> Finding:
    """The number of images of each class in each part."""
    readable = [part for part in parts if not part.error]
    names = list(dict.fromkeys(name for part in readable for name in part.classes))
    counted = [Counter(part.label(sample) for sample in part.samples) for part in readable]
    rows = [[name, *(str(counts[name]) for counts in counted)] for name in names]
    rows.append(['all', *(str(len(part.samples)) for part in readable)])
    said = '; '.join(
        f'{part.split}: {" and ".join(part.sources)}'
        + (f' cannot be read: {part.error}' if part.error else '')
        for part in parts
    )
    head = ['class', *(part.split for part in readable)]
    return Finding('Parts', f'{said}.', any(part.error for part in parts), rows, head)


def official(parts: Sequence[Part]) -> Finding:
    """The counts of the official release."""
    checks = {check.name: check for part in parts for check in part.counts}
    title = 'Official counts'
    if not checks:
        return Finding(title, 'The readers know no official counts of these data.')
    wrong = sum(bool(check.difference) for check in checks.values())
    summary = (
        f'{wrong} of {len(checks)} parts differ from the official release.'
        if wrong
        else 'All parts have the official counts.'
    )
    rows = [
        [check.name, str(check.found), str(check.official), check.difference or 'the same']
        for check in checks.values()
    ]
    return Finding(title, summary, wrong > 0, rows, ['part', 'found', 'official', 'difference'])


def broken(images: Images) -> Finding:
    """Missing, broken and empty images."""
    problems = {path: why for part in images.parts for path, why in part.broken.items()}
    for number, one in enumerate(images.prints):
        if one.problem:
            problems.setdefault(images.path(number), one.problem)
    flat = {
        images.path(i): 'all pixels are alike' for i, one in enumerate(images.prints) if one.flat
    }
    summary = (
        f'{len(problems)} images are missing or broken.' if problems else 'All images can be read.'
    )
    if flat:
        summary += f' {len(flat)} images are of one color.'
    rows = [[path, ' '.join(why.split())] for path, why in {**problems, **flat}.items()]
    return Finding('Missing and broken images', summary, bool(problems), rows, ['image', 'problem'])


def persons(parts: Sequence[Part]) -> Finding:
    """Persons in the training part and another part.

    The same name in two data sets, which are in two folders, is no fault, because many data sets
    have a ``sub01``.
    """
    title = 'Persons in two parts'
    shown = {part.split: part.persons for part in parts}
    trained = shown.get('train', set())
    if not any(shown.values()):
        return Finding(title, 'The persons are not known, so this cannot be checked.')
    others = {split: people for split, people in shown.items() if split != 'train'}
    rows = [
        [name, split] for split, people in others.items() for name, _ in sorted(people & trained)
    ]
    summary = (
        f'{len({row[0] for row in rows})} persons of the training part are also in another part.'
        if rows
        else 'No person of the training part is in another part.'
    )
    elsewhere = {name for people in others.values() for name, _ in people - trained}
    namesakes = sorted({name for name, _ in trained} & elsewhere)
    if namesakes:
        summary += (
            f' {len(namesakes)} names, such as {namesakes[0]}, are in two data sets, and count as '
            'different persons: make sure that they are.'
        )
    return Finding(title, summary, bool(rows), rows, ['person', 'also in'])


def class_order(parts: Sequence[Part], outputs: int | None) -> Finding:
    """The order of the classes in the parts, and the outputs of the model.

    Args:
        parts: The parts.
        outputs: The number of outputs of the head; None if the config has no model.
    """
    readable = [part for part in parts if not part.error and part.classes]
    title = 'Class order'
    if not readable:
        return Finding(title, 'No part has classes.')
    first = readable[0]
    rows = [[str(i), name] for i, name in enumerate(first.classes)]
    other = next((part for part in readable if part.classes != first.classes), None)
    problems = []
    if other is not None:
        problems.append(
            f'The {other.split} part has other classes, or another order: '
            f'{", ".join(other.classes)}.'
        )
    if outputs is not None and outputs != len(first.classes):
        problems.append(f'The model has {outputs} outputs for {len(first.classes)} classes.')
    summary = ' '.join(problems) or 'All parts have the same classes in the same order.'
    return Finding(title, summary, bool(problems), rows, ['number', 'class'])


def framing(parts: Sequence[Part]) -> Finding:
    """Whether the parts record how their faces were cropped, and agree."""
    readable = [part for part in parts if not part.error]
    known = {part.split: part.meta.get('alignment') for part in readable}
    title = 'Alignment'
    if not any(known.values()):
        return Finding(
            title,
            'The data do not record how faces were cropped. `mmfer prepare` records it, so that '
            'faces in photographs can be cropped likewise.',
        )
    different = len({str(value) for value in known.values()}) > 1
    summary = (
        'The parts were cropped in different ways, or only some record it.'
        if different
        else 'All parts record the same crop of the faces.'
    )
    rows = [[split, str(value or 'not recorded')] for split, value in known.items()]
    return Finding(title, summary, different, rows, ['part', 'crop'])
