from pathlib import Path

from mmfer.datasets.care.findings import Images, broken, official, persons, sizes
from mmfer.datasets.care.fingerprints import Fingerprint
from mmfer.datasets.care.parts import Part, read_parts
from tests.datasets.care.sets import config_of, write_set


def test_sizes_count_the_images_of_each_class(tmp_path: Path) -> None:
    root = write_set(tmp_path / 'faces')
    (root / 'train' / 'fear' / '04.png').unlink()
    found = sizes(read_parts(config_of(root)))
    assert found.head == ['class', 'train', 'test'] and not found.fault
    assert found.rows == [['anger', '4', '4'], ['fear', '3', '4'], ['all', '7', '8']]


def test_a_part_that_cannot_be_read_is_a_fault() -> None:
    found = sizes([Part('test', ['nowhere'], error='No folder.')])
    assert found.fault and 'test: nowhere cannot be read: No folder.' in found.summary


def test_data_without_official_counts_are_no_fault(tmp_path: Path) -> None:
    found = official(read_parts(config_of(write_set(tmp_path / 'faces'))))
    assert not found.fault and 'no official counts' in found.summary


def test_an_intact_set_has_no_broken_image(tmp_path: Path) -> None:
    parts = read_parts(config_of(write_set(tmp_path / 'faces')))
    found = broken(Images(parts))
    assert not found.fault and found.rows == [] and found.summary == 'All images can be read.'


def test_every_broken_image_is_listed_once() -> None:
    part = Part('train', ['made up'], broken={'a.png': 'is missing'})
    images = Images([part], [{'img_path': 'b.png'}], ['train'], ['fear'])
    images.prints = [Fingerprint(problem='is empty')]
    found = broken(images)
    assert found.fault and found.rows == [['a.png', 'is missing'], ['b.png', 'is empty']]


def test_the_same_name_in_two_data_sets_is_no_fault() -> None:
    samples = [{'subject': 'sub01'}, {'subject': None}]
    train = Part('train', [], samples, roots=['a', 'a'])
    other = Part('val', [], samples, roots=['b', 'b'])
    found = persons([train, other])
    assert not found.fault and found.rows == []
    assert 'No person of the training part is in another part. 1 names, such as' in found.summary
    found = persons([train, other, Part('test', [], samples, roots=['b', 'a'])])
    assert not found.fault
    found = persons([train, other, Part('test', [], samples[:1], roots=['a'])])
    assert found.fault and found.rows == [['sub01', 'test']]
    assert '1 persons of the training part are also in another part. 1 names' in found.summary
