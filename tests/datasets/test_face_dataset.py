import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmengine.dataset import ClassBalancedDataset, ConcatDataset, RepeatDataset
from PIL import Image

from mmfer.datasets import BrokenImageError, CelebA, FaceDataset, FERPlus
from mmfer.datasets.files.recordio import RecordImage
from mmfer.registry import DATASETS
from mmfer.synthetic.layouts import LAYOUTS as RENDERED
from tests.datasets.disk import write_image, write_json
from tests.datasets.official import write_celeba, write_ferplus


class Lines(FaceDataset):
    """A reader of images listed in text files, without classes."""

    NAME, LAYOUTS, ASK = 'of lines', ('{split}.txt with names', '<image>'), 'write it yourself.'
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


def test_trainval_joins_both_parts(tmp_path: Path) -> None:
    write(tmp_path)
    sizes = [len(lines(tmp_path, split)) for split in ('train', 'val', 'test', 'trainval')]
    assert sizes == [3, 2, 1, 5]


def test_images_of_another_part_are_left_out_and_counted(tmp_path: Path, log: list[str]) -> None:
    for part, seeds in (('train', (0, 1, 2)), ('val', (2, 3)), ('test', (4,))):
        for seed in seeds:
            pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / f'{part}{seed}.png')
        (tmp_path / f'{part}.txt').write_text(' '.join(f'{part}{seed}.png' for seed in seeds))
    data = lines(tmp_path, 'val', apart_from='train')
    assert [Path(data.get_data_info(i)['img_path']).name for i in range(len(data))] == ['val3.png']
    assert any('1 of 2 images are left out, because the train part' in line for line in log)
    assert len(lines(tmp_path, 'test', apart_from='train')) == 1
    with pytest.raises(ValueError, match="apart_from='all'.*: choose one of train, val, test"):
        lines(tmp_path, apart_from='all')
    with pytest.raises(ValueError, match="apart_from='train' leaves out all 3 images"):
        lines(tmp_path, 'train', apart_from='train')


def test_images_in_a_csv_file_are_compared(tmp_path: Path) -> None:
    write_ferplus(tmp_path, [tuple(10 * (k == c) for k in range(10)) for c in range(8)])
    path = tmp_path / 'fer2013.csv'
    rows = [line.split(',') for line in path.read_text().splitlines()]
    rows[10][1] = rows[3][1]
    path.write_text('\n'.join(map(','.join, rows)))
    assert len(FERPlus(str(tmp_path), 'val')) == 8
    data = FERPlus(str(tmp_path), 'val', apart_from='train', empty_classes='warn')
    assert len(data) == 7
    assert f'{path}/row00009' not in {data.get_data_info(i)['img_path'] for i in range(7)}


def test_images_in_record_files_are_not_compared(tmp_path: Path) -> None:
    class Records(Lines):
        def read_samples(self, part: str) -> list[dict[str, Any]]:
            return [{'img_path': f'{part}.rec/0', 'packed_image': RecordImage(f'{part}.rec', 0)}]

    with pytest.raises(ValueError, match=r'apart_from=.* cannot compare "val\.rec/0".* record'):
        len(Records(str(tmp_path), 'val', metainfo={'classes': ('smile',)}, apart_from='train'))


def test_without_a_validation_part_trainval_is_the_training_part(
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


def test_subjects_are_selected(tmp_path: Path) -> None:
    write_with_subjects(tmp_path)
    data = lines(tmp_path, subjects=['sub0', 'sub7'])
    kept = [Path(data.get_data_info(i)['img_path']).name for i in range(len(data))]
    assert kept == ['train0.png', 'train2.png']
    with pytest.raises(ValueError, match='in the train part .* shows one of the 1 .*as sub7. Give'):
        lines(tmp_path, subjects=['sub7'])


def test_selected_subjects_may_be_in_either_part(tmp_path: Path) -> None:
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


def test_subjects_cannot_be_selected_if_unknown(tmp_path: Path) -> None:
    write_with_subjects(tmp_path)
    with pytest.raises(
        ValueError, match=r'3 images in the train part .*train0.png", have no subject'
    ):
        lines(tmp_path, subjects=['sub0'], sidecar=False)


def test_options_are_checked(tmp_path: Path) -> None:
    for option in ({'split': 'dev'}, {'broken': 'ignore'}):
        with pytest.raises(ValueError, match=r'Lines\(.*choose one of'):
            lines(tmp_path, **option)


def test_an_empty_part_and_a_repeated_image_are_errors(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / 'train.txt').write_text('')
    with pytest.raises(ValueError, match='No image in the train part'):
        lines(tmp_path)
    (tmp_path / 'train.txt').write_text('train0.png\ntrain0.png')
    with pytest.raises(ValueError, match='listed twice'):
        lines(tmp_path)


def test_broken_images_are_refused_or_left_out(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / 'train1.png').write_bytes(b'')
    with pytest.raises(BrokenImageError, match=r'train1\.png'):
        lines(tmp_path)
    assert len(lines(tmp_path, broken='skip')) == 2


def test_missing_images_are_all_counted_and_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / 'train.txt').write_text('no1.png train0.png no2.png train1.png')
    (tmp_path / 'train1.png').write_bytes(b'')
    with pytest.raises(FileNotFoundError) as caught:
        lines(tmp_path)
    message = str(caught.value)
    assert message.startswith(f'train: the file "{tmp_path / "no1.png"}" does not exist')
    assert '2 missing and 1 broken images in total' in message and "broken='skip'" in message
    assert Lines.IF_ABSENT in message
    report = (tmp_path / 'report.txt').read_text()
    assert [line.split('\t')[0] for line in report.splitlines()] == [
        str(tmp_path / name) for name in ('no1.png', 'no2.png', 'train1.png')
    ]


def test_missing_images_are_left_out_with_skip(tmp_path: Path, log: list[str]) -> None:
    write(tmp_path)
    (tmp_path / 'train.txt').write_text('no1.png train0.png no2.png')
    data = lines(tmp_path, broken='skip')
    assert [Path(data.get_data_info(i)['img_path']).name for i in range(len(data))] == [
        'train0.png'
    ]
    assert any('2 broken images left out' in message for message in log)
    (tmp_path / 'train.txt').write_text('no1.png no2.png')
    with pytest.raises(ValueError, match='All 2 images in the train part .*missing or broken'):
        lines(tmp_path, broken='skip')


def test_one_image_with_two_paths_is_an_error(tmp_path: Path) -> None:
    write(tmp_path)
    for other in ('./../{}/train0.png', 'link.png', 'folder/train0.png'):
        (tmp_path / 'train.txt').write_text('train0.png ' + other.format(tmp_path.name))
        if not (tmp_path / 'link.png').exists():
            (tmp_path / 'link.png').symlink_to('train0.png')
            (tmp_path / 'folder').symlink_to(tmp_path)
        with pytest.raises(ValueError, match=r'are listed twice, both in train\. Keep'):
            lines(tmp_path)


def test_the_root_is_checked_for_every_reader(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        lines(tmp_path / 'no')
    for part in ('The data set of lines was not found', 'write it yourself', 'no/train.txt'):
        assert part in str(caught.value)
    (tmp_path / 'file').touch()
    with pytest.raises(FileNotFoundError, match='there is no folder'):
        lines(tmp_path / 'file')
    for empty in ('', ' '):
        with pytest.raises(ValueError, match=r'Lines\(data_root=.*the current folder'):
            Lines(empty, metainfo={'classes': ('a',)})


@pytest.mark.parametrize('name', ['NAME', 'LAYOUTS', 'ASK'])
def test_a_reader_without_a_required_attribute_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    given = {k: getattr(Lines, k) for k in ('NAME', 'LAYOUTS', 'ASK') if k != name}
    reader = type('Mine', (FaceDataset,), {**given, 'read_samples': Lines.read_samples})
    with pytest.raises(ValueError, match=f'The reader Mine lacks {name}'):
        reader(str(tmp_path), metainfo={'classes': ('a',)})


READERS = sorted(
    (kind for kind in DATASETS.module_dict.values() if issubclass(kind, FaceDataset)),
    key=lambda kind: kind.__name__,
)
HOOKS = {'read_samples', 'choose_part', 'sidecar_samples', 'read_split', 'without_broken'}
"""What a reader may do in another way altogether; the rest it may only add to."""


@pytest.mark.parametrize('reader', READERS, ids=lambda kind: kind.__name__)
def test_every_override_calls_its_parent(reader: type[FaceDataset]) -> None:
    assert len(READERS) >= 10
    for kind in reader.__mro__[: reader.__mro__.index(FaceDataset)]:
        for name, method in vars(kind).items():
            inherited = any(name in vars(parent) for parent in kind.__mro__[1:-1])
            if inspect.isfunction(method) and inherited and name not in HOOKS:
                assert f'super().{name}(' in inspect.getsource(method), f'{kind.__name__}.{name}'


@pytest.mark.parametrize('reader', READERS, ids=lambda kind: kind.__name__)
def test_every_reader_has_its_facts(reader: type[FaceDataset], tmp_path: Path) -> None:
    options = {'classes': ['a']} if reader.__name__.startswith('Expression') else {}
    with pytest.raises(FileNotFoundError) as caught:
        reader(str(tmp_path / 'no'), **options)
    message = str(caught.value)
    assert f'The data set {reader.NAME} was not found: there is no folder' in message
    assert reader.ASK in message and f'{tmp_path / "no"}/' in message
    assert ('mmfer render' in message) == (reader.RENDERER is not None)
    assert reader.RENDERER in (None, *RENDERED)


def test_metainfo_is_part_of_the_data_set(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    data = CelebA(str(tmp_path))
    assert RepeatDataset(data, 2).metainfo['task'] == 'attributes'
    both = ConcatDataset([data, CelebA(str(tmp_path), 'val')])
    assert both.metainfo == data.metainfo and len(both) == 4
    with pytest.raises(KeyError, match='gt_label'):
        ClassBalancedDataset(data, 0.5)
