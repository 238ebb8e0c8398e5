import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.labels import FERPLUS_CLASSES
from mmfer.synthetic import Person, Scene
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.presets import PRESETS, Options

LAYOUT = build_layout('ferplus')
FER2013 = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise', 'neutral')
FOLDERS = {
    'Training': 'FER2013Train',
    'PublicTest': 'FER2013Valid',
    'PrivateTest': 'FER2013Test',
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline='') as file:
        return list(csv.DictReader(file))


def test_both_files_have_equal_rows(ferplus: Path):
    images, votes = (_rows(ferplus / name) for name in ('fer2013.csv', 'fer2013new.csv'))
    assert list(images[0]) == ['emotion', 'pixels', 'Usage']
    assert list(votes[0]) == ['Usage', 'Image name', *FERPLUS_CLASSES, 'unknown', 'NF']
    usages = [row['Usage'] for row in images]
    assert usages == [row['Usage'] for row in votes]
    assert usages == ['Training'] * 40 + ['PublicTest'] * 10 + ['PrivateTest'] * 10
    for image, row in zip(images, votes, strict=True):
        pixels = np.array(image['pixels'].split(' '), dtype=int)
        with Image.open(ferplus / FOLDERS[row['Usage']] / row['Image name']) as file:
            assert file.mode == 'L'
            np.testing.assert_array_equal(pixels.reshape(48, 48), np.asarray(file))


def test_ten_votes_follow_the_blend(ferplus: Path):
    rows = _rows(ferplus / 'fer2013new.csv')
    votes = np.array([[int(row[k]) for k in list(row)[2:]] for row in rows])
    assert (votes.sum(1) == 10).all() and not votes[:, 9].any()
    offset, moved = 0, 0
    for split in ('train', 'val', 'test'):
        content = json.loads((ferplus / f'annotations/{split}.json').read_text())
        for i, (image, known) in enumerate(
            zip(content['images'], content['annotations'], strict=True)
        ):
            assert image['file_name'] == f'fer2013.csv/row{offset + i:05}'
            assert known['votes'] == votes[offset + i].tolist()
            label, clean = known['category_id'] - 1, known['clean_category_id'] - 1
            if label == clean:
                voted = {FERPLUS_CLASSES[k] for k in np.flatnonzero(votes[offset + i, :8])}
                assert voted <= set(known['distribution'])
            else:
                moved += 1
                assert votes[offset + i, label] > 0
        offset += len(content['images'])
    assert moved == 8


def test_the_first_file_has_codes_of_fer2013(ferplus: Path):
    codes = [int(row['emotion']) for row in _rows(ferplus / 'fer2013.csv')]
    content = json.loads((ferplus / 'annotations/train.json').read_text())
    for code, known in zip(codes, content['annotations'], strict=False):
        name = FERPLUS_CLASSES[known['category_id'] - 1]
        assert FER2013[code] == ('neutral' if name == 'contempt' else name)


def test_votes_are_drawn_from_the_distribution():
    truth = {
        'distribution': {'fear': 0.7, 'surprise': 0.3},
        'category_id': FERPLUS_CLASSES.index('fear') + 1,
        'clean_category_id': FERPLUS_CLASSES.index('fear') + 1,
    }
    drawn = [LAYOUT.completed(truth, Person(), Scene(seed=i))['votes'] for i in range(2000)]
    mean = np.mean(drawn, axis=0)
    expected = np.zeros(10)
    expected[[2, 6, 8]] = 10 * 0.97 * 0.3, 10 * 0.97 * 0.7, 10 * 0.03
    np.testing.assert_allclose(mean, expected, atol=0.15)
    again = LAYOUT.completed(truth, Person(), Scene(seed=7))['votes']
    assert again == drawn[7]


def test_half_of_the_images_are_blends_in_every_preset():
    for preset in PRESETS:
        rate = LAYOUT.adapted(Options.build(preset)).conditions.blend_rate
        assert rate == 0.5


def test_other_sizes_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match='only images of 48 pixels, but size is 64'):
        generate('ferplus', tmp_path / 'x', size=64)


def test_too_many_images_are_refused_before_the_first_is_rendered(tmp_path: Path):
    with pytest.raises(ValueError, match='The train part has room for 28709 images'):
        generate('ferplus', tmp_path / 'x', images=36_000)
    assert not (tmp_path / 'x').exists()


def test_a_deleted_image_is_named(ferplus: Path):
    rows = {'train': [{'category_id': 1, 'votes': [10] + [0] * 9}], 'val': [], 'test': []}
    with pytest.raises(FileNotFoundError, match='fer0000000.png" cannot be read'):
        LAYOUT.lists(ferplus / 'nowhere', rows)
