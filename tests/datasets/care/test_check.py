"""Every check finds its fault in a set with one fault, and no other check finds one."""

import json
import shutil
from pathlib import Path

import pytest
from mmengine.config import Config
from PIL import Image

from mmfer.datasets.care.check import check_data
from mmfer.datasets.care.findings import Finding
from tests.datasets.care.sets import config_of, drawing, write_set


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_set(tmp_path / 'faces')


def faults(config: Config) -> dict[str, Finding]:
    return {finding.title: finding for finding in check_data(config) if finding.fault}


def test_a_good_set_has_no_fault(root: Path):
    findings = {finding.title: finding for finding in check_data(config_of(root))}
    assert not any(finding.fault for finding in findings.values())
    assert findings['Parts'].rows == [['anger', '4', '4'], ['fear', '4', '4'], ['all', '8', '8']]
    assert 'know no official counts' in findings['Official counts'].summary
    assert 'not known' in findings['Persons in two parts'].summary


def test_all_missing_and_broken_images_are_counted(root: Path):
    (root / 'train/anger/00.png').write_bytes(b'no image')
    whole = (root / 'test/fear/12.png').read_bytes()
    damaged = whole[:60] + bytes(40) + whole[100:]  # right at its beginning and its end
    (root / 'test/fear/12.png').write_bytes(damaged)
    rows = ['path,label', *(f'anger/{n:02}.png,anger' for n in range(4)), 'fear/04.png,fear']
    rows += ['fear/gone.png,fear', 'fear/lost.png,fear']
    (root / 'train.csv').write_text('\n'.join(f'train/{r}' if '/' in r else r for r in rows))
    found = faults(config_of(root))
    assert list(found) == ['Missing and broken images']
    names = {Path(row[0]).name for row in found['Missing and broken images'].rows}
    assert names == {'00.png', '12.png', 'gone.png', 'lost.png'}
    assert found['Missing and broken images'].summary.startswith('4 images')


def test_a_copied_file_is_in_two_parts(root: Path):
    shutil.copy(root / 'train/fear/05.png', root / 'test/fear/copy.png')
    found = faults(config_of(root))
    (title,) = found
    ((part, image, trained, how),) = found[title].rows
    assert title == 'The same image in two parts'
    assert (part, Path(image).name, Path(trained).name) == ('test', 'copy.png', '05.png')
    assert how == 'the same bytes'


@pytest.mark.parametrize('change', ['jpeg', 'smaller', 'brighter'])
def test_a_changed_copy_is_in_two_parts(root: Path, change: str):
    image = drawing(5)
    if change == 'smaller':
        image = image.resize((48, 48), Image.Resampling.LANCZOS)
    if change == 'brighter':
        image = image.point(lambda value: min(255, round(value * 0.8 + 30)))
    image.save(root / 'test/fear/copy.jpg', quality=70)
    found = faults(config_of(root))
    (row,) = found['The same image in two parts'].rows
    assert (Path(row[2]).name, row[3]) == ('05.png', 'looks the same')


def test_one_image_under_two_labels(root: Path):
    shutil.copy(root / 'test/fear/12.png', root / 'test/anger/again.png')
    found = faults(config_of(root))
    assert list(found) == ['The same image under two labels']
    (row,) = found['The same image under two labels'].rows
    assert {row[1], row[3]} == {'anger', 'fear'} and row[4] == 'the same bytes'


def test_a_person_in_two_parts(root: Path):
    (root / 'annotations').mkdir()
    for part, first in (('train', 0), ('test', 8)):
        names = {i: f'{part}/{("anger", "fear")[i // 4 % 2]}/{i:02}.png' for i in range(16)}
        people = {i: f'person {i % 7}' if part == 'train' else f'other {i}' for i in range(16)}
        people[8] = 'person 3'
        numbers = range(first, first + 8)
        images = [dict(id=i, file_name=names[i], width=64, height=64) for i in numbers]
        faces = [
            dict(id=i, image_id=i, category_id=1, bbox=[0, 0, 64, 64], identity=people[i])
            for i in numbers
        ]
        content = dict(images=images, annotations=faces, categories=[dict(id=1, name='face')])
        (root / 'annotations' / f'{part}.json').write_text(json.dumps(content))
    found = faults(config_of(root))
    assert list(found) == ['Persons in two parts']
    assert found['Persons in two parts'].rows == [['person 3', 'test']]


def test_another_class_order(root: Path):
    config = config_of(root)
    config.test_dataloader.dataset.classes = ['fear', 'anger']
    config.model = dict(head=dict(num_classes=3))
    found = faults(config)
    assert list(found) == ['Class order']
    assert 'another order: fear, anger.' in found['Class order'].summary
    assert 'The model has 3 outputs for 2 classes.' in found['Class order'].summary


def test_a_part_that_cannot_be_read_does_not_hide_the_rest(root: Path):
    config = config_of(root)
    config.test_dataloader.dataset.data_root = str(root / 'nowhere')
    shutil.copy(root / 'train/fear/05.png', root / 'train/anger/copy.png')
    found = faults(config)
    assert list(found) == ['Parts', 'The same image under two labels']
    assert 'cannot be read' in found['Parts'].summary and 'nowhere' in found['Parts'].summary


def test_official_counts_are_compared(rendered_rafdb: Path):
    reader = dict(type='RAFDB', data_root=str(rendered_rafdb), empty_classes='warn')
    config = Config(dict(test_dataloader=dict(dataset=dict(**reader, split='test'))))
    found = faults(config)['Official counts']
    ((name, images, official, difference),) = found.rows
    assert name == 'RAF-DB, test images' and official == '3068' and int(images) < 24
    assert '(official 1185)' in difference


def test_images_of_one_color_are_not_alike(root: Path):
    for part, name, gray in (('train', 'anger', 9), ('train', 'fear', 80), ('test', 'fear', 200)):
        Image.new('L', (64, 64), gray).save(root / part / name / 'flat.png')
    assert faults(config_of(root)) == {}
    findings = {finding.title: finding for finding in check_data(config_of(root))}
    assert '3 images are of one color' in findings['Missing and broken images'].summary


def test_a_config_without_data_is_refused():
    with pytest.raises(ValueError, match='The config has no train_dataloader'):
        check_data(Config(dict(model=dict(type='x'))))
