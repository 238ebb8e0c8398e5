import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmengine.dataset import ClassBalancedDataset

from mmfer.datasets import (
    BrokenImageError,
    CocoExpression,
    ExpressionDataset,
    ExpressionFolder,
    FGEmotions,
)
from tests.datasets.disk import coco_data, write_fg_emotions, write_image, write_json

PIPELINE = [{'type': 'LoadExpressionImage'}]
CLASSES = ['worry', 'panic', 'anger', 'hate']


def folder(root: Path, **options: Any) -> ExpressionFolder:
    defaults: dict[str, Any] = {
        'classes': CLASSES,
        'pipeline': PIPELINE,
        'broken_report': str(root / 'report.txt'),
    }
    return ExpressionFolder(str(root), **{**defaults, **options})


def test_options_are_checked(tmp_path: Path) -> None:
    for option in ({'split': 'dev'}, {'broken': 'ignore'}, {'empty_classes': 'no'}):
        with pytest.raises(ValueError, match=r'choose one of'):
            folder(tmp_path, **option)


def test_validation_and_training_part_are_disjoint(tmp_path: Path) -> None:
    write_fg_emotions(tmp_path, count=5)

    def paths(split: str) -> set[str]:
        data = folder(tmp_path, split=split, val_ratio=0.2)
        return {data.get_data_info(i)['img_path'] for i in range(len(data))}

    train, val, both = map(paths, ('train', 'val', 'trainval'))
    assert (len(train), len(val), len(both)) == (16, 4, 20)
    assert train | val == both
    assert len({Path(path).parent for path in val}) == 4


def test_without_val_ratio_the_validation_part_on_disk_is_read(tmp_path: Path) -> None:
    write_fg_emotions(tmp_path)
    with pytest.raises(FileNotFoundError, match=r'no val/ and no val\.csv \(or set val_ratio'):
        folder(tmp_path, split='val')
    write_fg_emotions(tmp_path, count=1, split='val')
    assert len(folder(tmp_path, split='val')) == 4
    assert len(folder(tmp_path)) == 12


def test_subjects_of_the_sidecar_are_not_split(tmp_path: Path) -> None:
    names = [f'train/{c}/{i}.png' for c in CLASSES for i in range(4)]
    for name in names:
        write_image(tmp_path / name)
    data = coco_data(names)
    data['categories'] = [{'id': i, 'name': c} for i, c in enumerate(CLASSES)]
    for annotation in data['annotations']:
        annotation.pop('distribution')
        number = annotation['image_id']
        annotation |= {'category_id': number // 4, 'identity': f'p{number % 4}'}
    write_json(tmp_path / 'annotations' / 'train.json', data)

    def subjects(split: str, **options: Any) -> set[str]:
        part = folder(tmp_path, split=split, **{'val_ratio': 0.25, **options})
        return {part.get_data_info(i)['subject'] for i in range(len(part))}

    assert len(subjects('val')) == 1
    assert len(subjects('train')) == 3
    assert not subjects('val') & subjects('train')
    # Of chosen subjects the validation part is carved from these alone.
    chosen = {'val_ratio': 0.5, 'subjects': ['p1', 'p3']}
    parts = [subjects('val', **chosen), subjects('train', **chosen)]
    assert sorted(map(sorted, parts)) == [['p1'], ['p3']]
    with pytest.raises(ValueError, match='shows one of the 1 subjects'):
        subjects('train', subjects=['p9'])


def test_an_empty_class_is_an_error_or_a_warning(tmp_path: Path, log: list[str]) -> None:
    write_fg_emotions(tmp_path)
    options = {'classes': [*CLASSES, 'joy']}
    with pytest.raises(ValueError, match='No image of 1 classes in the train part .*: joy'):
        folder(tmp_path, **options)
    assert len(folder(tmp_path, **options, empty_classes='warn')) == 12
    assert 'joy' in log[-1]
    (tmp_path / 'test').mkdir()
    with pytest.raises(ValueError, match='No image of 4 classes'):
        folder(tmp_path, split='test', empty_classes='warn')


def test_twins_are_reported_and_used(tmp_path: Path, log: list[str]) -> None:
    write_fg_emotions(tmp_path)
    write_image(tmp_path / 'train' / 'hate' / '0.jpg')
    assert len(folder(tmp_path)) == 13
    assert '0.jpg and ' in log[-1]


def test_broken_images_are_an_error_that_names_all(tmp_path: Path) -> None:
    write_fg_emotions(tmp_path)
    (tmp_path / 'train' / 'hate' / '0.png').write_bytes(b'')
    cut = tmp_path / 'train' / 'worry' / '1.png'
    cut.write_bytes(cut.read_bytes()[:-40])
    with pytest.raises(BrokenImageError, match='2 broken images in total'):
        folder(tmp_path)
    assert len((tmp_path / 'report.txt').read_text().splitlines()) == 2


def test_broken_images_are_left_out_and_named(tmp_path: Path, log: list[str]) -> None:
    write_fg_emotions(tmp_path)
    (tmp_path / 'train' / 'hate' / '0.png').write_bytes(b'')
    data = folder(tmp_path, broken='skip')
    assert len(data) == 11
    assert 'hate/0.png' in log[-1]
    assert 'hate/0.png' in (tmp_path / 'report.txt').read_text()


def damage(path: Path) -> None:
    """Damage the inside of an image file, but not its first and last bytes."""
    data = bytearray(path.read_bytes())
    data[60:120] = bytes(60)
    path.write_bytes(data)


def test_images_found_damaged_in_training_are_replaced_and_named(
    tmp_path: Path, log: list[str]
) -> None:
    write_fg_emotions(tmp_path)
    path = tmp_path / 'train' / 'worry' / '0.png'
    damage(path)
    data = folder(tmp_path, broken='skip')
    index = next(i for i in range(12) if data.get_data_info(i)['img_path'] == str(path))
    with pytest.raises(BrokenImageError, match=r'worry/0\.png'):
        folder(tmp_path)[index]
    assert data[index]['img_path'] != str(path)
    assert '1 broken images replaced by others' in log[-1]
    assert list(data.broken_images.reasons) == [str(path)]


def test_a_test_set_is_decoded_at_the_start(tmp_path: Path) -> None:
    write_fg_emotions(tmp_path)
    damage(tmp_path / 'train' / 'worry' / '0.png')
    assert len(folder(tmp_path, broken='skip', test_mode=True)) == 11
    with pytest.raises(BrokenImageError):
        list(map(folder(tmp_path, test_mode=True).__getitem__, range(12)))


def test_a_tree_gives_coarse_labels(tmp_path: Path) -> None:
    tree = write_fg_emotions(tmp_path)
    data = folder(tmp_path, label_tree=tree)
    assert data.metainfo['coarse_classes'] == ('fear', 'anger')
    assert data.metainfo['parents'] == (0, 0, 1, 1)
    for i in range(len(data)):
        info = data.get_data_info(i)
        assert info['coarse_label'] == info['gt_label'] // 2
    with pytest.raises(ValueError, match='another order'):
        folder(tmp_path, label_tree=tree, classes=CLASSES[::-1])


def test_soft_labels_come_from_the_sidecar(tmp_path: Path) -> None:
    tree = write_fg_emotions(tmp_path)
    with pytest.raises(ValueError, match='soft_labels=True needs'):
        FGEmotions(str(tmp_path), label_tree=tree, soft_labels=True)
    data = coco_data(['train/panic/0.png'])
    path = write_json(tmp_path / 'side.json', data)
    dataset = FGEmotions(str(tmp_path), label_tree=tree, soft_labels=True, sidecar=str(path))
    scores = {
        '/'.join(Path(info['img_path']).parts[-2:]): info['gt_score']
        for info in map(dataset.get_data_info, range(12))
    }
    np.testing.assert_allclose(scores['panic/0.png'], [0.25, 0.75, 0, 0])
    np.testing.assert_allclose(scores['hate/0.png'], [0, 0, 0, 1])
    hard = FGEmotions(str(tmp_path), label_tree=tree, sidecar=str(path))
    assert all('gt_score' not in hard.get_data_info(i) for i in range(12))


def test_a_data_set_of_several_faces_needs_no_unique_files(tmp_path: Path) -> None:
    write_image(tmp_path / 'a.png')
    data = coco_data(['a.png'])
    data['annotations'] += [
        {**data['annotations'][0], 'id': 7 + c, 'category_id': c} for c in (1, 3)
    ]
    write_json(tmp_path / 'annotations' / 'train.json', data)
    assert len(CocoExpression(str(tmp_path))) == 3


def test_wrappers_and_workers_can_read_samples(tmp_path: Path) -> None:
    write_fg_emotions(tmp_path)
    data = folder(tmp_path)
    # Folders are read in alphabetical order, labels stay as given.
    assert data.get_gt_labels().tolist() == [2] * 3 + [3] * 3 + [1] * 3 + [0] * 3
    assert len(ClassBalancedDataset(data, oversample_thr=0.5)) == 24
    again = pickle.loads(pickle.dumps(data))
    assert (again[3]['img'] == data[3]['img']).all()
    assert len(folder(tmp_path, indices=5)) == 5
    assert 'Split: \ttrain' in repr(data)


@pytest.mark.parametrize(
    ('sample', 'said'),
    [
        ({'img_path': 'a.png', 'gt_label': 2}, r'a.png: gt_label=2\. .* from 0 to 1'),
        ({'img_path': 'a.png', 'where': 'list.csv, row 3'}, r'list.csv, row 3: gt_label=None'),
        ({'gt_label': 0}, 'sample 0: The reader must give each sample an img_path'),
    ],
)
def test_samples_without_image_or_class_are_refused(
    tmp_path: Path, sample: dict, said: str
) -> None:
    class Reader(ExpressionDataset):
        NAME, ASK, LAYOUTS = 'Made up', 'nobody', ('a.png',)

        def read_samples(self, part: str) -> list[dict]:
            return [dict(sample)]

    with pytest.raises(ValueError, match=f'Reader, {said}'):
        Reader(str(tmp_path), classes=('anger', 'fear'))


def test_a_reader_must_read_samples(tmp_path: Path) -> None:
    class Reader(ExpressionDataset):
        NAME, ASK, LAYOUTS = 'Made up', 'nobody', ('a.png',)

    with pytest.raises(NotImplementedError, match=r'Reader must define read_samples'):
        Reader(str(tmp_path), classes=('anger', 'fear'))


@pytest.mark.parametrize(('ratio', 'fold', 'part'), [(0.2, 0, 'val'), (0.1, 5, 'val')])
def test_a_draw_without_an_image_is_named(
    tmp_path: Path, ratio: float, fold: int, part: str
) -> None:
    for number in range(2 if fold else 1):
        for name in CLASSES:
            write_image(tmp_path / 'train' / name / f'{number}.png', seed=number)
    with pytest.raises(ValueError, match=rf'val_ratio={ratio}.* leaves no image for the {part}'):
        folder(tmp_path, split=part, val_ratio=ratio, val_fold=fold)
