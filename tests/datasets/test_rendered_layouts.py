"""Rendered substitutes of AffectNet, CelebA, FERPlus and IFER are read like the real data sets."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.datasets import IFER, AffectNet, CelebA, FERPlus, load_sample
from mmfer.datasets.face_dataset import FaceDataset
from mmfer.synthetic.generate import generate

READERS = {'affectnet': AffectNet, 'celeba': CelebA, 'ferplus': FERPlus, 'ifer': IFER}


@pytest.fixture(scope='module')
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """48 images in each layout."""
    folder = tmp_path_factory.mktemp('layouts')
    return {
        name: generate(name, folder / name, 'tiny', size=48, images=48, progress=False)
        for name in READERS
    }


def read(roots: dict[str, Path], name: str, split: str, **options: object) -> FaceDataset:
    if name != 'celeba':
        options['empty_classes'] = 'warn'
    return READERS[name](str(roots[name]), split, **options)


def truth(root: Path, split: str) -> dict[str, dict]:
    content = json.loads((root / 'annotations' / f'{split}.json').read_text())
    names = {image['id']: image['file_name'] for image in content['images']}
    return {names[a['image_id']]: a for a in content['annotations']}


@pytest.mark.parametrize('name', READERS)
def test_every_image_is_read_with_its_annotations(roots: dict[str, Path], name: str) -> None:
    splits = {'affectnet': ('train', 'test')}.get(name, ('train', 'val', 'test'))
    seen = 0
    for split in splits:
        # In the mode that leaves the fewest out.
        options = {'mode': 'multi_target'} if name == 'ferplus' else {}
        data = read(roots, name, split, **options)
        known = truth(roots[name], 'all' if name == 'ifer' else split)
        for info in map(data.get_data_info, range(len(data))):
            face = known[str(Path(info['img_path']).relative_to(roots[name]))]
            assert info['subject'] == face['identity'] and info['group'] == face['group']
            points = np.array(face['keypoints']).reshape(68, 3)[:, :2]
            np.testing.assert_allclose(info['landmarks'], points, rtol=1e-4)
            assert load_sample(info).shape[2] == 3
            seen += 1
            if name in ('affectnet', 'ifer'):
                assert info['gt_label'] == face['category_id'] - 1
            if name == 'affectnet':
                assert info['valence'] == pytest.approx(face['valence'], abs=1e-5)
            if name == 'celeba':
                values = np.array(face['attributes'])
                assert info['gt_score'].tolist() == (values == 1).tolist()
                assert info['attribute_mask'].tolist() == (values != 0).tolist()
    assert seen == 48 or (name == 'ferplus' and seen > 36)


def test_seven_classes_of_blends_and_moved_labels_are_read(tmp_path: Path) -> None:
    root = generate(
        'affectnet', tmp_path, 'hard', size=32, images=120, label_noise=0.4, progress=False
    )
    shares = [face['distribution'] for face in truth(root, 'train').values()]
    assert any('contempt' in share and len(share) > 1 for share in shares)
    data = AffectNet(str(root), num_classes=7, soft_labels=True, empty_classes='warn')
    for info in map(data.get_data_info, range(len(data))):
        assert info['gt_score'].shape == (7,) and info['gt_score'].sum() == pytest.approx(1)
        assert info.get('clean_label', 0) < 7


def test_pixels_in_the_table_equal_the_images(roots: dict[str, Path]) -> None:
    data = read(roots, 'ferplus', 'test')
    with (roots['ferplus'] / 'fer2013new.csv').open() as file:
        names = [row['Image name'] for row in csv.DictReader(file)]
    for info in map(data.get_data_info, range(len(data))):
        name = names[int(info['img_path'][-5:])]
        pixels = cv2.imread(str(roots['ferplus'] / 'FER2013Test' / name))
        assert (load_sample(info) == pixels).all()


def test_parts_have_different_subjects(roots: dict[str, Path]) -> None:
    for name in ('celeba', 'ifer', 'ferplus'):
        owners = []
        for split in ('train', 'val', 'test'):
            data = read(roots, name, split)
            owners.append({data.get_data_info(i)['subject'] for i in range(len(data))})
        assert not owners[0] & owners[1] and not owners[0] & owners[2] and not owners[1] & owners[2]
