import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from mmfer.labels import IFER_CLASSES
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.people.random_people import years
from mmfer.synthetic.plan import class_counts

LAYOUT = build_layout('ifer')


def test_all_images_are_in_one_set_of_class_folders(ifer: Path):
    assert LAYOUT.classes == IFER_CLASSES
    files = [p.relative_to(ifer) for p in ifer.glob('*/*.jpg')]
    assert {p.parts[0] for p in files} == set(IFER_CLASSES)
    assert sorted(p.name for p in files) == [f'{i + 1:05d}.jpg' for i in range(24)]
    with Image.open(ifer / files[0]) as image:
        assert image.size == (48, 48)


def test_the_table_names_classes_and_subjects(ifer: Path):
    with (ifer / 'ifer.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ['path', 'label', 'subject']
    assert {r['path'] for r in rows} == {str(p.relative_to(ifer)) for p in ifer.glob('*/*.jpg')}
    truth = json.loads((ifer / 'annotations/all.json').read_text())
    names = {c['id']: c['name'] for c in truth['categories']}
    for row, image, known in zip(rows, truth['images'], truth['annotations'], strict=True):
        assert row['path'] == image['file_name']
        assert row['label'] == Path(row['path']).parts[0] == names[known['category_id']]
        assert row['subject'] == known['identity']
    assert max(Counter(r['subject'] for r in rows).values()) == 8


def test_classes_are_as_frequent_as_in_the_paper():
    counts = class_counts(10_240, LAYOUT.shares['all'])
    assert np.abs(np.subtract(counts, (3242, 3642, 1991, 1365))).max() <= 2


def test_everyone_is_a_toothless_infant():
    for seed in range(50):
        infant = LAYOUT.person(np.random.default_rng(seed))
        assert years(infant.age) <= 1
        assert not infant.teeth and not infant.glasses and infant.beard == 0


def test_eyes_are_closed_in_sleep_and_open_in_calm(ifer: Path):
    truth = json.loads((ifer / 'annotations/all.json').read_text())
    opening: dict[str, list[float]] = {name: [] for name in IFER_CLASSES}
    mouth: dict[str, list[float]] = {name: [] for name in IFER_CLASSES}
    for known in truth['annotations']:
        points = np.reshape(known['keypoints'], (68, 3))[:, :2]
        eyes = np.linalg.norm(points[42:48].mean(0) - points[36:42].mean(0))
        lids = [points[[41, 40, 47, 46]] - points[[37, 38, 43, 44]]]
        name = IFER_CLASSES[known['category_id'] - 1]
        opening[name].append(float(np.linalg.norm(lids, axis=-1).mean() / eyes))
        mouth[name].append(float(np.linalg.norm(points[66] - points[62]) / eyes))
    assert max(opening['sleeping']) < 0.6 * min(opening['calm'])
    assert min(mouth['crying']) > 2 * max(mouth['sleeping'])
