import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from mmfer.labels import CELEBA_ATTRIBUTES
from mmfer.synthetic import Scene
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.celeba import BLUR
from mmfer.synthetic.people.celeba_attributes import SHOWN

LAYOUT = build_layout('celeba')


def _attributes(root: Path) -> dict[str, dict[str, int]]:
    count, head, *rows = (root / 'list_attr_celeba.txt').read_text().splitlines()
    assert int(count) == len(rows)
    names = head.split()
    assert tuple(names) == CELEBA_ATTRIBUTES
    split = [row.split() for row in rows]
    return {row[0]: dict(zip(names, map(int, row[1:]), strict=True)) for row in split}


def test_lists_and_images_match(celeba: Path):
    names = list(_attributes(celeba))
    assert len(names) == 36 and names[0] == '000001.jpg'
    assert sorted(p.name for p in (celeba / 'img_align_celeba').iterdir()) == names
    parts = dict(r.split() for r in (celeba / 'list_eval_partition.txt').read_text().splitlines())
    assert list(parts) == names
    for name, part in parts.items():
        number = int(name[:-4])
        assert part == ('0' if number < 162_771 else '1' if number < 182_638 else '2')
    assert sorted(set(parts.values())) == ['0', '1', '2']


def test_five_points_are_in_the_face(celeba: Path):
    count, head, *rows = (celeba / 'list_landmarks_align_celeba.txt').read_text().splitlines()
    assert int(count) == len(rows) == 36 and head.startswith('lefteye_x lefteye_y righteye_x')
    assert len(head.split()) == 10
    for row in rows:
        name, *numbers = row.split()
        with Image.open(celeba / 'img_align_celeba' / name) as image:
            assert image.size == (48, 48)
        left, right, nose, mouth_left, mouth_right = np.array(numbers, int).reshape(5, 2)
        assert left[0] < right[0] and mouth_left[0] < mouth_right[0]
        assert left[1] < nose[1] < mouth_left[1] < 48


def test_attributes_without_rendering_are_always_unknown(celeba: Path):
    values = _attributes(celeba)
    for name in CELEBA_ATTRIBUTES:
        found = {row[name] for row in values.values()}
        if name in SHOWN:
            assert found <= {-1, 0, 1} and found - {0}
        else:
            assert found == {0}


def test_smiles_and_open_mouths_have_the_real_frequencies():
    closed, closed_smile, opened, open_smile = LAYOUT.shares['train']
    assert closed + closed_smile + opened + open_smile == 1
    assert abs(closed_smile + open_smile - 0.482) < 0.001
    assert abs(opened + open_smile - 0.483) < 0.001


def test_faces_have_attributes_and_no_class(celeba: Path):
    values = _attributes(celeba)
    for split in ('train', 'val', 'test'):
        truth = json.loads((celeba / f'annotations/{split}.json').read_text())
        assert [c['name'] for c in truth['categories']] == ['face']
        for image, known in zip(truth['images'], truth['annotations'], strict=True):
            assert known['category_id'] == 1 and 'distribution' not in known
            listed = values[Path(image['file_name']).name]
            assert known['attributes'] == list(listed.values())
            smiles = '12' in known['action_units']
            assert listed['Smiling'] == (1 if smiles else -1)
            assert listed['Male'] == (1 if known['group']['gender'] == 'male' else -1)


def test_few_scenes_are_strongly_blurred():
    rng = np.random.default_rng(0)
    blurs = [LAYOUT.staged(Scene(blur=0.2), rng).blur for _ in range(2000)]
    much = [blur for blur in blurs if blur != 0.2]
    assert 0.03 < len(much) / 2000 < 0.07
    assert BLUR[0] <= min(much) and max(much) <= BLUR[1]
    assert replace(Scene(), blur=0.2) == Scene(blur=0.2)
