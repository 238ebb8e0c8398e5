from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from mmfer.datasets.sidecar import Sidecar
from tests.datasets.disk import coco_data, write_json

CLASSES = ('panic', 'worry', 'hate')


def complete(root: Path, data: dict[str, Any], label: int = 0) -> list[dict[str, Any]]:
    samples = [
        {'img_path': str(root / name), 'gt_label': label} for name in ('train/a.png', 'train/b.png')
    ]
    Sidecar(write_json(root / 'side.json', data), root, CLASSES).complete(samples)
    return samples


def test_samples_are_completed_by_their_path(tmp_path: Path) -> None:
    first, second = complete(tmp_path, coco_data(['train/b.png', 'train/a.png']))
    assert first['subject'] == 'person-1'
    assert second['subject'] == 'person-0'
    # The data set's own order, not that of the file.
    assert first['clean_label'] == 1
    assert first['distribution'].tolist() == [0.75, 0.25, 0]


def test_accents_of_names_may_be_composed_or_not(tmp_path: Path) -> None:
    names = [normalize('NFD', 'Zoë.png'), normalize('NFC', 'Zoë.png')]
    for name in names:
        sample = {'img_path': str(tmp_path / name)}
        for listed in ([names[0]], [names[1]], names):
            sidecar = Sidecar(write_json(tmp_path / 'a.json', coco_data(listed)), tmp_path, CLASSES)
            found = [dict(sample)]
            sidecar.complete(found)
            number = listed.index(name) if name in listed else 0
            assert found[0]['subject'] == f'person-{number}'


def test_a_different_class_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match='image train/a.png: the class is "panic" in the sidecar, but "hate"'
    ):
        complete(tmp_path, coco_data(['train/a.png']), label=2)


def test_the_sidecar_of_a_detector_has_no_class(tmp_path: Path) -> None:
    data = coco_data(['train/a.png', 'train/b.png'])
    data['categories'] = [{'id': 2, 'name': 'face', 'supercategory': 'person'}]
    data['alignment'] = {'type': 'five_point', 'size': 112}
    for annotation in data['annotations']:
        annotation['keypoints'] = [1.0] * 15
        del annotation['clean_category_id'], annotation['distribution']
    samples = complete(tmp_path, data, label=2)
    assert samples[0]['face_box'].tolist() == [2, 3, 12, 15]
    assert 'landmarks' not in samples[0]
    assert samples[0]['landmarks5'].tolist() == [[1.0, 1.0]] * 5
    assert Sidecar(tmp_path / 'side.json', tmp_path, CLASSES).alignment == data['alignment']


def test_unknown_images_are_named(tmp_path: Path, log: list[str]) -> None:
    assert 'subject' not in complete(tmp_path, coco_data(['train/a.png']))[1]
    assert '1 of 2 images: the sidecar has no face for them: train/b.png' in log[0]


def test_the_largest_of_several_faces_is_used_and_reported(tmp_path: Path, log: list[str]) -> None:
    data = coco_data(['train/a.png', 'train/b.png'])
    data['annotations'].append({**data['annotations'][0], 'id': 9, 'bbox': [0, 0, 20, 20]})
    assert complete(tmp_path, data)[0]['face_box'].tolist() == [0, 0, 20, 20]
    assert 'several faces' in log[0]


def test_an_unknown_clean_class_is_an_error(tmp_path: Path) -> None:
    data = coco_data(['train/a.png'])
    data['annotations'][0]['clean_category_id'] = 7
    with pytest.raises(ValueError, match='clean_category_id 7'):
        complete(tmp_path, data)


def test_left_out_classes_have_no_share(tmp_path: Path) -> None:
    data = coco_data(['train/a.png', 'train/b.png'])
    data['categories'].append({'id': 4, 'name': 'dread', 'supercategory': 'fear'})
    first, second = data['annotations']
    first['distribution'] = {'panic': 0.45, 'worry': 0.15, 'dread': 0.4}
    second['distribution'] = {'dread': 1.0}
    second['clean_category_id'] = 4
    path = write_json(tmp_path / 'side.json', data)
    with pytest.raises(ValueError, match='the distribution contains dread'):
        complete(tmp_path, data)
    samples = [
        {'img_path': str(tmp_path / name), 'gt_label': 0} for name in ('train/a.png', 'train/b.png')
    ]
    Sidecar(path, tmp_path, CLASSES, left_out=('dread',)).complete(samples)
    assert samples[0]['distribution'].tolist() == pytest.approx([0.75, 0.25, 0])
    assert samples[0]['clean_label'] == 1
    # The image shows none of the classes.
    assert 'distribution' not in samples[1] and 'clean_label' not in samples[1]


def test_any_class_is_accepted_if_the_data_set_has_none(tmp_path: Path) -> None:
    path = write_json(tmp_path / 'side.json', coco_data(['train/a.png']))
    sample = {'img_path': str(tmp_path / 'train/a.png')}
    Sidecar(path, tmp_path, CLASSES).complete([sample])
    assert sample['subject'] == 'person-0' and 'clean_label' not in sample


def test_classes_may_differ_if_the_data_set_allows_it(tmp_path: Path) -> None:
    path = write_json(tmp_path / 'side.json', coco_data(['train/a.png']))
    sample: dict[str, Any] = {'img_path': str(tmp_path / 'train/a.png'), 'gt_label': 2}
    sample['distribution'] = own = [0, 0, 1]
    Sidecar(path, tmp_path, CLASSES, same_classes=False).complete([sample])
    assert sample['gt_label'] == 2 and sample['subject'] == 'person-0'
    assert sample['distribution'] is own
