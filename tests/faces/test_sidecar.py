import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from mmfer.faces import (
    KEYPOINT_NAMES,
    LANDMARK_NAMES,
    BoxAlignment,
    Face,
    ImageFaces,
    read_sidecar,
    write_sidecar,
)

FACE = Face(np.array([1.5, 2, 11, 22]), 0.9, np.arange(10.0).reshape(5, 2))
IMAGES = [
    ImageFaces('a/x.jpg', 40, 30, (FACE, Face(np.array([0, 0, 40, 30.0])))),
    ImageFaces('b/x.jpg', 20, 10),
]


def test_a_written_sidecar_is_read_back(tmp_path):
    write_sidecar(tmp_path / 'faces.json', IMAGES, BoxAlignment(112, 1.4))
    images, alignment = read_sidecar(tmp_path / 'faces.json')
    assert alignment == BoxAlignment(112, 1.4)
    assert [(im.file_name, im.width, im.height, len(im.faces)) for im in images] == [
        ('a/x.jpg', 40, 30, 2),
        ('b/x.jpg', 20, 10, 0),
    ]
    first, second = images[0].faces
    np.testing.assert_allclose(first.bbox, FACE.bbox)
    np.testing.assert_allclose(first.landmarks, FACE.landmarks)
    assert first.score == 0.9
    assert second.landmarks is None
    assert [path.name for path in tmp_path.iterdir()] == ['faces.json']


def test_pycocotools_reads_it(tmp_path):
    write_sidecar(tmp_path / 'faces.json', IMAGES)
    coco = COCO(str(tmp_path / 'faces.json'))
    (image,) = [im for im in coco.imgs.values() if im['file_name'] == 'a/x.jpg']
    first = coco.loadAnns(coco.getAnnIds(imgIds=image['id']))[0]
    assert first['bbox'] == [1.5, 2, 9.5, 20]
    assert first['keypoints'][:3] == [0, 1, 1]


def with_landmarks(five=None):
    points = np.random.default_rng(0).uniform(0, 30, (68, 2))
    scores = np.linspace(0, 1, 68)
    return Face(np.array([1.5, 2, 11, 22]), 0.9, five, points, scores)


def test_landmarks_are_read_back(tmp_path):
    faces = (with_landmarks(FACE.landmarks), with_landmarks(), FACE)
    write_sidecar(tmp_path / 'faces.json', [ImageFaces('x.jpg', 40, 30, faces)])
    ((image,), _) = read_sidecar(tmp_path / 'faces.json')
    for face, expected in zip(image.faces, faces, strict=True):
        for field in ('landmarks', 'landmarks68', 'scores68'):
            value = getattr(expected, field)
            if value is None:
                assert getattr(face, field) is None
            else:
                np.testing.assert_allclose(getattr(face, field), value)
    coco = COCO(str(tmp_path / 'faces.json'))
    (category,) = coco.cats.values()
    assert category['keypoints'] == list(LANDMARK_NAMES)
    first, second, third = coco.anns.values()
    assert first['num_keypoints'] == second['num_keypoints'] == 34
    assert np.reshape(first['keypoints'], (68, 3))[:, 2].tolist() == np.linspace(0, 1, 68).tolist()
    assert 'keypoints' not in third


def test_files_with_only_five_points_are_read(tmp_path):
    write_sidecar(tmp_path / 'faces.json', IMAGES)
    data = json.loads((tmp_path / 'faces.json').read_text())
    assert data['categories'][0]['keypoints'] == list(KEYPOINT_NAMES)
    assert len(data['annotations'][0]['keypoints']) == 15
    assert data['annotations'][0]['num_keypoints'] == 5


@pytest.mark.parametrize(
    ('spoil', 'message'),
    [
        (
            lambda d: d['annotations'][0].update(keypoints=[1] * 9),
            r'annotations\[0\].*3 keypoints, but there must be 5 or 68',
        ),
        (lambda d: d['annotations'][1].pop('bbox'), r'annotations\[1\]: .* field bbox'),
        (
            lambda d: d['annotations'][0].update(score=10**400),
            r'annotations\[0\].score: number out',
        ),
        (lambda d: d['annotations'][0].update(image_id=7), r'annotations\[0\].*7'),
        (lambda d: d['images'][1].pop('width'), r'images\[1\]: .* field width'),
        (lambda d: d.pop('images'), 'field images'),
        (lambda d: d.update(alignment={'type': 'oval'}), "alignment.*'oval'"),
    ],
)
def test_faulty_entries_are_named(tmp_path, spoil, message):
    path = tmp_path / 'faces.json'
    write_sidecar(path, IMAGES)
    data = json.loads(path.read_text())
    spoil(data)
    path.write_text(json.dumps(data))
    with pytest.raises(ValueError, match=message):
        read_sidecar(path)


def test_a_missing_file_and_invalid_json_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match='faces.json'):
        read_sidecar(tmp_path / 'faces.json')
    (tmp_path / 'faces.json').write_text('{')
    with pytest.raises(ValueError, match='not JSON'):
        read_sidecar(tmp_path / 'faces.json')
