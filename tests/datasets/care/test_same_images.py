"""The same image in two parts and under two labels, also where there are thousands of copies."""

import tracemalloc
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmfer.datasets.care.findings import Images
from mmfer.datasets.care.fingerprints import fingerprint
from mmfer.datasets.care.look_alikes import ALIKE, MOST_BITS, SIDE
from mmfer.datasets.care.same_images import same_images
from tests.datasets.care.sets import drawing

LABELS = ('anger', 'fear', 'joy')


def images_of(paths: Sequence[Path], splits: Sequence[str], labels: Sequence[str]) -> Images:
    samples = [{'img_path': str(path)} for path in paths]
    prints = [fingerprint(sample) for sample in samples]
    return Images([], samples, list(splits), list(labels), prints)


@pytest.fixture(scope='module')
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Images:
    """90 images: copies, JPEG copies and brighter copies of 25 drawings, in any part and class."""
    folder = tmp_path_factory.mktemp('mixed')
    rng = np.random.default_rng(3)
    paths = []
    for number in range(90):
        image, kind = drawing(int(rng.integers(25))), rng.integers(3)
        if kind == 2:
            image = Image.fromarray((np.asarray(image) * 0.9 + 20).astype(np.uint8))
        paths.append(folder / f'{number:02}.{"jpg" if kind == 1 else "png"}')
        image.save(paths[-1])
    paths.append(folder / 'missing.png')
    splits = rng.choice(['train', 'val', 'test'], len(paths)).tolist()
    return images_of(paths, splits, rng.choice(LABELS, len(paths)).tolist())


def all_pairs(images: Images) -> dict[tuple[int, int], str]:
    """How two images are the same, found by comparing each with each."""
    found = {}
    known = [i for i, one in enumerate(images.prints) if one.bits is not None]
    gray = {}
    for number in known:
        level = cv2.cvtColor(cv2.imread(images.path(number)), cv2.COLOR_BGR2GRAY)
        gray[number] = cv2.resize(level, (SIDE, SIDE), interpolation=cv2.INTER_AREA).ravel()
    for first, second in combinations(known, 2):
        one, other = images.prints[first], images.prints[second]
        if one.digest == other.digest:
            found[first, second] = 'the same bytes'
        elif (
            np.count_nonzero(one.bits != other.bits) <= MOST_BITS
            and np.corrcoef(gray[first], gray[second])[0, 1] >= ALIKE
        ):
            found[first, second] = 'looks the same'
    return found


def test_images_in_two_parts_are_those_of_comparing_each_with_each(mixed: Images) -> None:
    trained: dict[int, dict[str, int]] = {}
    for pair, reason in all_pairs(mixed).items():
        for other, first in (pair, pair[::-1]):
            if mixed.splits[first] == 'train' and mixed.splits[other] != 'train':
                known = trained.setdefault(other, {})
                known[reason] = min(first, known.get(reason, first))
    expected = []
    for reason in ('the same bytes', 'looks the same'):
        for other, known in trained.items():
            if reason == min(known, key=['the same bytes', 'looks the same'].index):
                path = mixed.path(known[reason])
                expected.append([mixed.splits[other], mixed.path(other), path, reason])
    across, _ = same_images(mixed)
    assert across.fault and len(expected) > 20
    assert sorted(across.rows) == sorted(expected)


def test_each_image_is_listed_with_each_other_label(mixed: Images) -> None:
    expected: dict[tuple[str, str, str], str] = {}
    for pair, reason in all_pairs(mixed).items():
        for one, other in (pair, pair[::-1]):
            if mixed.labels[one] != mixed.labels[other]:
                expected[mixed.path(one), str(mixed.labels[other]), reason] = mixed.path(other)
    _, found = same_images(mixed)
    pairs = all_pairs(mixed)
    listed = set()
    numbers = {mixed.path(i): i for i in range(len(mixed.samples))}
    for path, label, other, other_label, reason in found.rows:
        assert pairs[numbers[path], numbers[other]] == reason
        assert label == mixed.labels[numbers[path]] != other_label
        assert other_label == mixed.labels[numbers[other]]
        listed |= {(path, other_label, reason), (other, label, reason)}
    assert listed == set(expected) and len(listed) > 50


@pytest.mark.parametrize('suffix', ['png', 'jpg'])
def test_images_of_which_only_some_have_a_box_are_compared(tmp_path: Path, suffix: str) -> None:
    for number in range(6):
        drawing(number).save(tmp_path / f'train{number}.png')
        drawing(number).save(tmp_path / f'test{number}.{suffix}')
    train = [tmp_path / f'train{number}.png' for number in range(6)]
    test = [tmp_path / f'test{number}.{suffix}' for number in range(6)]
    images = images_of([*train, *test], ['train'] * 6 + ['test'] * 6, ['anger'] * 12)
    for number in range(5):
        images.samples[number] = {**images.samples[number], 'face_box': np.array([9, 9, 40, 40])}
        images.prints[number] = fingerprint(images.samples[number])
    across, _ = same_images(images)
    how = 'the same bytes' if suffix == 'png' else 'looks the same'
    assert across.rows == [
        ['test', str(other), str(trained), how] for trained, other in zip(train, test, strict=True)
    ]


def test_faces_of_one_file_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ('a.png', 'a.png', 'b.png', 'copy.png', 'copy.png')]
    for path in paths:
        drawing(7).save(path)
    images = images_of(
        paths, ['train'] * 3 + ['test'] * 2, ['anger', 'fear', 'joy', 'anger', 'fear']
    )
    boxes = ([0, 0, 30, 30], [30, 30, 64, 64], None, [0, 0, 30, 30], [30, 30, 64, 64])
    for number, box in enumerate(boxes):
        if box is not None:
            images.samples[number] = {**images.samples[number], 'face_box': np.array(box)}
            images.prints[number] = fingerprint(images.samples[number])
    across, labels = same_images(images)
    assert [row[2:] for row in across.rows] == [[str(paths[0]), 'the same bytes']] * 2
    assert not any({row[1], row[3]} == {'anger', 'fear'} for row in labels.rows)


@pytest.mark.parametrize('different', [False, True], ids=['equal files', 'equal hashes'])
def test_thousands_of_copies_take_little_memory(different: bool, tmp_path: Path) -> None:
    """All pairs of 5,000 files would take a gigabyte."""
    count, pixels = (2_000, 40) if different else (5_000, 40)
    image = np.asarray(drawing(1, pixels)).copy()
    paths = []
    for number in range(count):
        changed = image.copy()
        if different:
            changed.flat[number] ^= 1
        paths.append(tmp_path / f'{number}.bmp')
        Image.fromarray(changed).save(paths[-1])
    half = count // 2
    images = images_of(paths, ['train'] * half + ['test'] * half, ['anger', 'fear'] * half)
    assert len({one.digest for one in images.prints}) == (count if different else 1)
    tracemalloc.start()
    across, labels = same_images(images)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    reason = 'looks the same' if different else 'the same bytes'
    assert across.summary == (
        'Images of the training part are also in another part '
        f'({half} of {half} test images: {reason}).'
    )
    assert {row[2] for row in across.rows} == {str(paths[0])}
    # Each image once, with the first image of the other class.
    assert labels.summary == f'Images have two labels ({count - 1} pairs: {reason}).'
    assert peak < 60e6
