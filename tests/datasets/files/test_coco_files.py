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


def test_faulty_files_are_refused(tmp_path: Path) -> None:
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


def test_a_repeated_id_is_an_error(tmp_path: Path) -> None:
    data = coco_data(['a.png', 'b.png'])
    data['annotations'][1]['id'] = 1
    with pytest.raises(ValueError, match='annotations has the id 1 twice'):
        read_coco(write_json(tmp_path / 'a.json', data))
    data['images'][1]['id'] = 0
    data['annotations'] = []
    with pytest.raises(ValueError, match='images has the id 0 twice'):
        read_coco(write_json(tmp_path / 'a.json', data))


def test_an_annotation_becomes_fields_of_a_sample() -> None:
    face = parse_face(coco_data(['a.png'])['annotations'][0], CLASSES, 'here')
    assert face['face_box'].tolist() == [2, 3, 12, 15]
    assert face['landmarks'].shape == (68, 2)
    assert face['landmarks'][1].tolist() == [3, 4]
    assert face['landmark_scores'][1] == 5
    np.testing.assert_allclose(face['distribution'], [0.25, 0.75, 0])
    assert face['subject'] == 'person-0'
    assert face['group'] == {'gender': 'female'}
    assert parse_face({}, CLASSES, 'here') == {}


def test_the_five_points_of_a_detector() -> None:
    five = [[1, 2], [3, 2], [2, 3], [1, 4], [3, 4]]
    beside = {'five_points': [x for point in five for x in point], 'keypoints': [1.0] * 204}
    assert parse_face(beside, CLASSES, 'here')['landmarks5'].tolist() == five
    alone = parse_face({'keypoints': [x for p in five for x in (*p, 1)]}, CLASSES, 'here')
    assert alone['landmarks5'].tolist() == five and 'landmarks' not in alone
    assert parse_face({'five_points': None}, CLASSES, 'here') == {}


@pytest.mark.parametrize(
    ('fields', 'message'),
    [
        ({'bbox': [1, 2, 0, 4]}, 'bbox'),
        ({'keypoints': [1.0] * 9}, 'keypoints has 9 numbers'),
        ({'distribution': {'joy': 1.0}}, 'contains joy'),
        ({'distribution': {'hate': 0.5}}, 'sums to 0.5'),
        ({'distribution': {'hate': 1.5, 'panic': -0.5}}, 'must be 0 or more'),
    ],
)
def test_faulty_fields_are_located(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f'row 3: .*{message}'):
        parse_face(fields, CLASSES, 'row 3')


@pytest.mark.parametrize(
    ('part', 'field', 'value', 'message'),
    [
        ('images', 'id', [1], 'the id .* in images must be an integer'),
        ('images', 'id', None, 'the id None in images'),
        ('images', 'file_name', 3, 'file_name or name 3 must be a string'),
        ('categories', 'name', None, 'file_name or name None must be a string'),
        ('annotations', 'image_id', {}, r'annotations\[0\]: image_id {} is not in the file'),
        ('annotations', 'id', [], 'an id in annotations is not an integer'),
    ],
)
def test_values_of_wrong_types_are_refused(
    tmp_path: Path, part: str, field: str, value: Any, message: str
) -> None:
    data = coco_data(['a.png'])
    data[part][0][field] = value
    with pytest.raises(ValueError, match=message):
        read_coco(write_json(tmp_path / 'a.json', data))


@pytest.mark.parametrize('value', [None, 3, 'face', [], {}])
def test_an_annotation_of_a_wrong_type_is_located(tmp_path: Path, value: Any) -> None:
    data = coco_data(['a.png', 'b.png'])
    data['annotations'][1] = value
    with pytest.raises(ValueError, match=r'annotations\[1\]'):
        read_coco(write_json(tmp_path / 'a.json', data))


@pytest.mark.parametrize(
    ('field', 'value'),
    [
        ('bbox', None),
        ('bbox', [1, 2, 3]),
        ('bbox', ['a', 1, 2, 3]),
        ('bbox', [[1], 2, 3, 4]),
        ('bbox', [0, 0, float('nan'), 1]),
        ('keypoints', 7),
        ('keypoints', [*range(203), float('nan')]),
        ('keypoints', [[1, 2, 3]] * 68),
        ('keypoints', [*range(203), 'x']),
        ('distribution', [1]),
        ('distribution', {'panic': None}),
        ('distribution', {'panic': float('nan'), 'worry': 1}),
        ('distribution', 5),
        ('five_points', [1.0] * 8),
        ('five_points', 'eyes'),
        ('group', 5),
        ('group', {'gender': {}}),
        ('identity', []),
        ('clean_category_id', {}),
    ],
)
def test_fields_of_wrong_types_are_located(tmp_path: Path, field: str, value: Any) -> None:
    data = coco_data(['a.png', 'b.png'])
    data['annotations'][1][field] = value
    with pytest.raises(ValueError, match=rf'^"{tmp_path}/a.json", annotations\[1\].{field}.*: exp'):
        read_coco(write_json(tmp_path / 'a.json', data))


@pytest.mark.parametrize('part', ['images', 'annotations', 'categories'])
def test_ids_have_one_type(tmp_path: Path, part: str) -> None:
    data = coco_data(['a.png', 'b.png'])
    data[part][1]['id'] = 'b'
    with pytest.raises(ValueError, match=f'ids in {part} are text and others are not'):
        read_coco(write_json(tmp_path / 'a.json', data))


def test_too_deeply_nested_json_is_an_error(tmp_path: Path) -> None:
    (tmp_path / 'a.json').write_text('[' * 200_000)
    with pytest.raises(ValueError, match='is not JSON'):
        read_coco(tmp_path / 'a.json')


@pytest.mark.parametrize('part', ['images', 'annotations', 'categories'])
def test_ids_with_equal_hashes_stop_at_once(tmp_path: Path, part: str) -> None:
    data = coco_data(['a.png'])
    # The hash of a multiple of 2**61 - 1 is 0: a set of such numbers takes quadratic time.
    first = data[part][0]
    data[part] = [{**first, 'id': i * (2**61 - 1)} for i in range(1, 40_001)]
    if part == 'categories':
        data[part] = data[part][:4000]
    with pytest.raises(ValueError, match=rf'the id .* in {part} must be an integer of at most'):
        read_coco(write_json(tmp_path / 'a.json', data))


def test_too_many_categories_stop(tmp_path: Path) -> None:
    data = coco_data(['a.png'])
    data['categories'] = [{'id': i, 'name': f'c{i}'} for i in range(5000)]
    with pytest.raises(ValueError, match='has 5000 categories, more than 4096'):
        read_coco(write_json(tmp_path / 'a.json', data))
