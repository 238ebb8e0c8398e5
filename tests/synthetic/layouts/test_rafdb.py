import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mmfer.labels import RAFDB_CLASSES

OFFICIAL = {
    1: 'surprise',
    2: 'fear',
    3: 'disgust',
    4: 'happiness',
    5: 'sadness',
    6: 'anger',
    7: 'neutral',
}


@pytest.fixture
def rows(rendered_rafdb: Path) -> list[tuple[str, int]]:
    text = (rendered_rafdb / 'EmoLabel/list_patition_label.txt').read_text()
    matches = [
        re.fullmatch(r'((?:train_\d{5}|test_\d{4})\.jpg) ([1-7])', r) for r in text.split('\n')[:-1]
    ]
    return [(m[1], int(m[2])) for m in matches if m is not None]


def test_the_list_has_all_images_with_official_labels(rendered_rafdb: Path, rows):
    assert len(rows) == 24
    truth = {}
    for split in ('train', 'test'):
        content = json.loads((rendered_rafdb / f'annotations/{split}.json').read_text())
        names = {c['id']: c['name'] for c in content['categories']}
        for image, row in zip(content['images'], content['annotations'], strict=True):
            stem = Path(image['file_name']).stem.removesuffix('_aligned')
            truth[f'{stem}.jpg'] = names[row['category_id']]
    assert {name: OFFICIAL[label] for name, label in rows} == truth


def test_classes_are_as_unbalanced_as_the_real_ones(rows):
    counts = Counter(label for name, label in rows if name.startswith('train'))
    assert set(counts) == set(OFFICIAL)
    assert counts[4] == max(counts.values()) > counts[2]
    assert tuple(OFFICIAL.values()) == RAFDB_CLASSES


def test_every_image_has_its_files(rendered_rafdb: Path, rows):
    for name, _ in rows:
        stem = Path(name).stem
        aligned = rendered_rafdb / f'Image/aligned/{stem}_aligned.jpg'
        original = rendered_rafdb / f'Image/original/{name}'
        assert aligned.read_bytes() == original.read_bytes()


def test_annotations_parse(rendered_rafdb: Path, rows):
    for name, _ in rows:
        stem = Path(name).stem
        manual = rendered_rafdb / f'Annotation/manual/{stem}_manu_attri.txt'
        lines = manual.read_text().splitlines()
        points = np.array([line.split() for line in lines[:5]], dtype=float)
        gender, race, age = map(int, lines[5:])
        assert gender in (0, 1) and race in (0, 1, 2) and age in (0, 1, 2, 3, 4)
        left_eye, right_eye, nose, left_mouth, right_mouth = points
        assert left_eye[0] < right_eye[0] and left_mouth[0] < right_mouth[0]
        assert left_eye[1] < nose[1] < left_mouth[1]
        box = rendered_rafdb / f'Annotation/boundingbox/{stem}_boundingbox.txt'
        x1, y1, x2, y2 = map(float, box.read_text().split())
        assert 0 <= x1 < x2 <= 48 and 0 <= y1 < y2 <= 48
        assert x1 <= nose[0] <= x2 and y1 <= nose[1] <= y2
