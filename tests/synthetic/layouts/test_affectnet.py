import csv
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.labels import AFFECTNET_CLASSES
from mmfer.synthetic import Person, Scene
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.plan import class_counts

LAYOUT = build_layout('affectnet')
HEAD = (
    'subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,'
    'valence,arousal'
)


def _rows(root: Path, part: str) -> list[dict[str, str]]:
    with (root / f'{part}.csv').open(newline='') as file:
        return list(csv.DictReader(file))


def test_the_official_columns(affectnet: Path):
    for part, count in (('training', 32), ('validation', 16)):
        assert (affectnet / f'{part}.csv').read_text().split('\n')[0] == HEAD
        rows = _rows(affectnet, part)
        assert len(rows) == count
        for row in rows:
            assert re.fullmatch(r'\d+/[0-9a-f]{56}\.jpg', row['subDirectory_filePath'])
            path = affectnet / 'Manually_Annotated_Images' / row['subDirectory_filePath']
            with Image.open(path) as image:
                assert image.size == (48, 48)
            points = np.array(row['facial_landmarks'].split(';'), dtype=float).reshape(68, 2)
            x, y, width, height = (int(row[f'face_{k}']) for k in ('x', 'y', 'width', 'height'))
            assert x <= points[30, 0] <= x + width and y <= points[30, 1] <= y + height
            assert 0 <= int(row['expression']) <= 7
            assert -1 <= float(row['valence']) <= 1 and -1 <= float(row['arousal']) <= 1


def test_rows_describe_the_renderings(affectnet: Path):
    for part, split in (('training', 'train'), ('validation', 'test')):
        truth = json.loads((affectnet / f'annotations/{split}.json').read_text())
        names = {i['id']: i['file_name'] for i in truth['images']}
        by_name = {names[a['image_id']]: a for a in truth['annotations']}
        for row in _rows(affectnet, part):
            known = by_name['Manually_Annotated_Images/' + row['subDirectory_filePath']]
            assert int(row['expression']) == known['category_id'] - 1
            points = np.array(row['facial_landmarks'].split(';'), dtype=float).reshape(68, 2)
            np.testing.assert_allclose(points, np.reshape(known['keypoints'], (68, 3))[:, :2])


def test_classes_are_unbalanced_only_in_training(affectnet: Path):
    validation = Counter(row['expression'] for row in _rows(affectnet, 'validation'))
    assert set(validation.values()) == {2} and len(validation) == 8
    training = Counter(int(row['expression']) for row in _rows(affectnet, 'training'))
    assert training.most_common(1)[0][0] == AFFECTNET_CLASSES.index('happy')
    assert len(training) == 8
    assert LAYOUT.classes == AFFECTNET_CLASSES
    official = class_counts(287_651, LAYOUT.shares['train'])
    assert official[1] == pytest.approx(134_415, abs=8)


def test_valence_and_arousal_follow_the_circumplex():
    def affect(intensity: float, **distribution: float) -> tuple[float, float]:
        truth = {'intensity': intensity, 'distribution': distribution}
        known = LAYOUT.completed(truth, Person(), Scene())
        return known['valence'], known['arousal']

    assert affect(1.05, neutral=1.0) == (0, 0)
    assert affect(1.0, happy=1.0) == (0.81, 0.51)
    assert affect(0.5, sad=1.0) == pytest.approx((-0.315, -0.135))
    assert affect(1.0, happy=0.75, anger=0.25) == pytest.approx((0.48, 0.53))
    for name in ('sad', 'fear', 'disgust', 'anger', 'contempt'):
        assert affect(1.0, **{name: 1.0})[0] < 0
