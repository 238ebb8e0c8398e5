import json
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image
from pycocotools.coco import COCO

from mmfer.apis.loading import face_alignment
from mmfer.datasets import FGEmotions
from mmfer.engine import load_config
from mmfer.faces import build_alignment
from mmfer.labels import LabelTree
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.people.random_people import group_of
from mmfer.synthetic.plan import person_of
from tests.helpers import ROOT

TREE, LAYOUT = LabelTree.load('fgemotions'), build_layout('fgemotions')


@pytest.fixture(params=['train', 'test'])
def coco(request, rendered_fgemotions: Path) -> COCO:
    return COCO(rendered_fgemotions / 'annotations' / f'{request.param}.json')


def test_pycocotools_loads_the_annotations(coco: COCO, rendered_fgemotions: Path):
    assert len(coco.imgs) == len(coco.anns)
    for image_id, image in coco.imgs.items():
        (annotation,) = coco.imgToAnns[image_id]
        path = rendered_fgemotions / image['file_name']
        category = coco.cats[annotation['category_id']]
        assert path.parts[-3:-1] == (category['supercategory'], category['name'])
        with Image.open(path) as opened:
            assert opened.size == (image['width'], image['height']) == (48, 48)


def test_categories_are_the_classes_in_order(coco: COCO):
    categories = coco.loadCats(range(1, 34))
    assert tuple(c['name'] for c in categories) == TREE.fine
    assert [TREE.coarse.index(c['supercategory']) for c in categories] == list(TREE.parents)


def test_landmarks_are_in_the_face(coco: COCO):
    for annotation in coco.anns.values():
        points = np.reshape(annotation['keypoints'], (68, 3))
        assert set(points[:, 2]) <= {0, 1}
        assert points[:, 2].sum() == annotation['num_keypoints'] > 30
        x, y, width, height = annotation['bbox']
        assert annotation['area'] == pytest.approx(width * height, abs=0.01)
        nose = points[30]
        assert x <= nose[0] <= x + width and y <= nose[1] <= y + height
        assert points[36:42, 0].mean() < points[42:48, 0].mean()


def test_the_expression_is_annotated(coco: COCO):
    for annotation in coco.anns.values():
        name = coco.cats[annotation['clean_category_id']]['name']
        assert annotation['distribution'] == {name: 1.0}
        assert 0.6 <= annotation['intensity'] <= 1.05
        assert set(annotation['pose']) == {'yaw', 'pitch', 'roll'}
        assert len(annotation['gaze']) == 2
        assert annotation['action_units']
        assert annotation['occluder'] is None


def test_the_person_is_annotated(coco: COCO):
    for annotation in coco.anns.values():
        person = person_of(LAYOUT, 0, annotation['identity'])
        assert annotation['group'] == group_of(person).names()


def test_identities_are_disjoint_and_only_the_training_split_has_noise(rendered_fgemotions: Path):
    identities, moved = {}, {}
    for split in ('train', 'test'):
        path = rendered_fgemotions / 'annotations' / f'{split}.json'
        rows = json.loads(path.read_text())['annotations']
        identities[split] = {row['identity'] for row in rows}
        moved[split] = [row for row in rows if row['category_id'] != row['clean_category_id']]
    assert not identities['train'] & identities['test']
    assert len(moved['train']) == round(0.2 * 66)
    assert not moved['test']
    for row in moved['train']:
        said, shown = row['category_id'] - 1, row['clean_category_id'] - 1
        assert TREE.parents[said] != TREE.parents[shown]


def test_a_config_with_another_crop_is_refused(rendered_fgemotions: Path):
    """The alignment passes from the sidecar through the data set into the checkpoint."""
    meta = {'dataset_meta': FGEmotions(str(rendered_fgemotions), 'test').metainfo}
    own = dict(type='box', size=48, scale=1.28, shift=(0.02, -0.05))
    assert face_alignment(Config({'face_crop': own}), meta, 'a.pth') == build_alignment(own)
    assert face_alignment(Config(), meta, 'a.pth') == build_alignment(own)
    larger = Config({'face_crop': {**own, 'size': 112}})
    assert face_alignment(larger, meta, 'a.pth') == build_alignment(own)
    other = {**own, 'scale': 1.5}
    with pytest.raises(ValueError, match='was trained on faces cropped by .*scale=1.28'):
        face_alignment(Config({'face_crop': other}), meta, 'a.pth')


def test_the_config_for_renderings_has_their_crop():
    config = load_config(ROOT / 'configs/rald/rald_r18_synthetic.py')
    assert build_alignment(config.face_crop) == build_alignment(LAYOUT.alignment(112))
