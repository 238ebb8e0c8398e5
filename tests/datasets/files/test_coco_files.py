from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmfer.datasets.files.coco_files import parse_face, read_coco
from tests.datasets.disk import coco_data, write_json

CLASSES = ('worry', 'panic', 'hate')


def test_a_file_is_indexed(tmp_path: Path) -> None:
    coco = read_coco(write_json(tmp_path / 'a.json', coco_data(['a.png', 'b.png'])))
    assert coco.imgs[1]['file_name'] == 'b.png'
    assert coco.imgToAnns[1][0]['identity'] == 'person-1'


def test_faulty_files_stop(tmp_path: Path) -> None:
    path = tmp_path / 'a.json'
    with pytest.raises(FileNotFoundError, match='No annotations'):
        read_coco(path)
    path.write_text('{')
    with pytest.raises(ValueError, match='is not JSON'):
        read_coco(path)
    with pytest.raises(ValueError, match='no list annotations'):
        read_coco(write_json(path, {'images': [], 'categories': []}))
    data = coco_data(['a.png'])
    del data['images'][0]['file_name']
    with pytest.raises(ValueError, match='file_name'):
        read_coco(write_json(path, data))


@pytest.mark.parametrize(('field', 'value'), [('image_id', 9), ('category_id', 0)])
def test_a_dangling_reference_is_located(tmp_path: Path, field: str, value: int) -> None:
    data = coco_data(['a.png', 'b.png'])
    data['annotations'][1][field] = value
    with pytest.raises(ValueError, match=rf'annotations\[1\]: {field} {value} is not in the file'):
        read_coco(write_json(tmp_path / 'a.json', data))


def test_an_id_twice_stops(tmp_path: Path) -> None:
    data = coco_data(['a.png', 'b.png'])
    data['annotations'][1]['id'] = 1
    with pytest.raises(ValueError, match='annotations has the id 1 twice'):
        read_coco(write_json(tmp_path / 'a.json', data))
    data['images'][1]['id'] = 0
    data['annotations'] = []
    with pytest.raises(ValueError, match='images has the id 0 twice'):
        read_coco(write_json(tmp_path / 'a.json', data))


def test_a_face_becomes_fields() -> None:
    face = parse_face(coco_data(['a.png'])['annotations'][0], CLASSES, 'here')
    assert face['face_box'].tolist() == [2, 3, 12, 15]
    assert face['landmarks'].shape == (68, 2)
    assert face['landmarks'][1].tolist() == [3, 4]
    assert face['landmark_scores'][1] == 5
    np.testing.assert_allclose(face['distribution'], [0.25, 0.75, 0])
    assert face['subject'] == 'person-0'
    assert face['group'] == {'gender': 'female'}
    assert parse_face({}, CLASSES, 'here') == {}


@pytest.mark.parametrize(
    ('fields', 'message'),
    [
        ({'bbox': [1, 2, 0, 4]}, 'bbox'),
        ({'bbox': [1, 2, 3]}, 'bbox'),
        ({'keypoints': [1.0] * 9}, '9 numbers in keypoints'),
        ({'distribution': {'joy': 1.0}}, 'names joy'),
        ({'distribution': {'hate': 0.5}}, 'sums to 0.5'),
        ({'distribution': {'hate': 1.5, 'panic': -0.5}}, 'must be 0 or more'),
    ],
)
def test_faulty_fields_are_located(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f'row 3: .*{message}'):
        parse_face(fields, CLASSES, 'row 3')
