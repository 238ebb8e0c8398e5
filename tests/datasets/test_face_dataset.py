from pathlib import Path
from typing import Any

import pytest
from mmengine.dataset import ClassBalancedDataset, ConcatDataset, RepeatDataset

from mmfer.datasets import BrokenImageError, CelebA, FaceDataset
from tests.datasets.disk import write_image, write_json
from tests.datasets.official import write_celeba


class Lines(FaceDataset):
    """Images named in text files, without any class."""

    OWN_VALIDATION = True

    def read_samples(self, part: str) -> list[dict[str, Any]]:
        names = (self.root / f'{part}.txt').read_text().split()
        return [{'img_path': str(self.root / name), 'where': part} for name in names]


def lines(root: Path, split: str = 'train', **options: Any) -> Lines:
    report = str(root / 'report.txt')
    metainfo = {'classes': ('smile', 'glasses')}
    return Lines(str(root), split, metainfo=metainfo, broken_report=report, **options)


def write(root: Path) -> None:
    for part, count in (('train', 3), ('val', 2), ('test', 1)):
        names = [f'{part}{i}.png' for i in range(count)]
        for name in names:
            write_image(root / name)
        (root / f'{part}.txt').write_text('\n'.join(names))


def test_samples_need_no_class(tmp_path: Path) -> None:
    write(tmp_path)
    data = lines(tmp_path, pipeline=[{'type': 'LoadExpressionImage'}])
    assert data.metainfo['classes'] == ('smile', 'glasses')
    assert data.get_data_info(1) == {'img_path': str(tmp_path / 'train1.png'), 'sample_idx': 1}
    assert data[2]['img'].shape == (16, 20, 3)


def test_both_parts_to_train_on(tmp_path: Path) -> None:
    write(tmp_path)
    sizes = [len(lines(tmp_path, split)) for split in ('train', 'val', 'test', 'trainval')]
    assert sizes == [3, 2, 1, 5]


def test_without_a_validation_part_all_is_the_training_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    monkeypatch.setattr(Lines, 'OWN_VALIDATION', False)
    assert len(lines(tmp_path, 'trainval')) == 3


def test_each_part_has_its_sidecar(tmp_path: Path) -> None:
    write(tmp_path)
    for part in ('train', 'val'):
        data = {
            'images': [{'id': 0, 'file_name': f'{part}1.png'}],
            'annotations': [{'image_id': 0, 'category_id': 0, 'identity': part}],
            'categories': [{'id': 0, 'name': 'face'}],
        }
        write_json(tmp_path / 'annotations' / f'{part}.json', data)
    both = lines(tmp_path, 'trainval')
    subjects = [both.get_data_info(i).get('subject') for i in range(5)]
    assert subjects == [None, 'train', None, None, 'val']
    assert 'subject' not in lines(tmp_path, sidecar=False).get_data_info(1)


def write_with_subjects(root: Path) -> None:
    names = [f'train{i}.png' for i in range(3)]
    write(root)
    rows = [{'image_id': i, 'category_id': 0, 'identity': f'sub{i % 2}'} for i in range(3)]
    images = [{'id': i, 'file_name': name} for i, name in enumerate(names)]
    data = {'images': images, 'annotations': rows, 'categories': [{'id': 0, 'name': 'face'}]}
    write_json(root / 'annotations' / 'train.json', data)


def test_subjects_are_chosen(tmp_path: Path) -> None:
    write_with_subjects(tmp_path)
    data = lines(tmp_path, subjects=['sub0', 'sub7'])
    kept = [Path(data.get_data_info(i)['img_path']).name for i in range(len(data))]
    assert kept == ['train0.png', 'train2.png']
    with pytest.raises(ValueError, match='in the train part .* shows one of the 1 .*as sub7. Give'):
        lines(tmp_path, subjects=['sub7'])


def test_chosen_subjects_may_be_in_one_of_two_parts(tmp_path: Path) -> None:
    write_with_subjects(tmp_path)
    image = {'id': 0, 'file_name': 'val0.png'}
    row = {'image_id': 0, 'category_id': 0, 'identity': 'sub5'}
    (tmp_path / 'val.txt').write_text('val0.png')
    data = {'images': [image], 'annotations': [row], 'categories': [{'id': 0, 'name': 'face'}]}
    write_json(tmp_path / 'annotations' / 'val.json', data)
    assert len(lines(tmp_path, 'trainval', subjects=['sub5'])) == 1
    assert len(lines(tmp_path, 'trainval', subjects=['sub5', 'sub0'])) == 3
    with pytest.raises(ValueError, match='No image in the trainval part'):
        lines(tmp_path, 'trainval', subjects=['sub7'])


def test_unknown_subjects_cannot_be_chosen_among(tmp_path: Path) -> None:
    write_with_subjects(tmp_path)
    with pytest.raises(ValueError, match=r'of 3 in the train part, such as ".*train0.png", nobody'):
        lines(tmp_path, subjects=['sub0'], sidecar=False)


def test_options_are_checked(tmp_path: Path) -> None:
    for option in ({'split': 'dev'}, {'broken': 'ignore'}):
        with pytest.raises(ValueError, match=r'Lines\(.*choose one of'):
            lines(tmp_path, **option)


def test_an_empty_part_and_an_image_given_twice_stop(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / 'train.txt').write_text('')
    with pytest.raises(ValueError, match='No image in the train part'):
        lines(tmp_path)
    (tmp_path / 'train.txt').write_text('train0.png\ntrain0.png')
    with pytest.raises(ValueError, match='given twice'):
        lines(tmp_path)


def test_broken_images_stop_or_are_left_out(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / 'train1.png').write_bytes(b'')
    with pytest.raises(BrokenImageError, match=r'train1\.png'):
        lines(tmp_path)
    assert len(lines(tmp_path, broken='skip')) == 2


def test_metainfo_goes_with_the_data(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    data = CelebA(str(tmp_path))
    assert RepeatDataset(data, 2).metainfo['task'] == 'attributes'
    both = ConcatDataset([data, CelebA(str(tmp_path), 'val')])
    assert both.metainfo == data.metainfo and len(both) == 4
    with pytest.raises(KeyError, match='gt_label'):
        ClassBalancedDataset(data, 0.5)
