from pathlib import Path

import pytest

from mmfer.datasets import FER2013
from mmfer.labels import FER2013_CLASSES
from tests.datasets.disk import write_image
from tests.datasets.official import face_pixels

USAGES = ('Training', 'PublicTest', 'PrivateTest')
LOAD = [{'type': 'LoadExpressionImage'}]


def write_rows(path: Path, head: str = 'emotion,pixels,Usage') -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines, columns = [head], [name.strip() for name in head.split(',')]
    for number in range(21):
        row = {
            'emotion': str(number % 7),
            'pixels': ' '.join(map(str, face_pixels(number).ravel())),
            'Usage': USAGES[number // 7],
        }
        lines.append(','.join(row[name] for name in columns))
    path.write_text('\n'.join(lines) + '\n')


@pytest.mark.parametrize(
    ('name', 'head'),
    [
        ('fer2013.csv', 'emotion,pixels,Usage'),
        ('fer2013/fer2013.csv', 'emotion,pixels,Usage'),
        ('icml_face_data.csv', 'emotion, Usage, pixels'),
        ('fer2013/icml_face_data.csv', 'emotion, Usage, pixels'),
    ],
)
@pytest.mark.parametrize(('split', 'part'), [('train', 0), ('val', 1), ('test', 2)])
def test_csv_files_are_read(tmp_path: Path, name: str, head: str, split: str, part: int) -> None:
    write_rows(tmp_path / name, head)
    data = FER2013(str(tmp_path), split, pipeline=LOAD)
    assert data.metainfo['classes'] == FER2013_CLASSES
    assert data.get_gt_labels().tolist() == list(range(7))
    for i in range(7):
        assert (data[i]['img'] == face_pixels(7 * part + i)[..., None]).all()


def test_other_numbers_of_images_are_reported(tmp_path: Path, log: list[str]) -> None:
    write_rows(tmp_path / 'table/fer2013.csv')
    FER2013(str(tmp_path / 'table'), 'val')
    assert '7 val images instead of 3589' in log[-1]
    for i, name in enumerate(FER2013_CLASSES):
        write_image(tmp_path / 'folders/test' / name / f'{i}.png', seed=i)
    FER2013(str(tmp_path / 'folders'), 'test')
    assert '7 test images instead of 7178' in log[-1]
    for i, name in enumerate(FER2013_CLASSES):
        write_image(tmp_path / 'folders/val' / name / f'{i}.png', seed=10 + i)
    data = FER2013(str(tmp_path / 'folders'), 'test')
    assert '7 test images instead of 3589' in log[-1]
    assert data.sidecar_parts() == ('train', 'val', 'test')


@pytest.mark.parametrize(
    'names', [FER2013_CLASSES, ('Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral')]
)
def test_class_folders_are_read(tmp_path: Path, names: tuple[str, ...]) -> None:
    for part in ('train', 'test'):
        for i, name in enumerate(names):
            write_image(tmp_path / part / name / f'{part}.png', seed=i)
    data = FER2013(str(tmp_path), 'test', pipeline=LOAD)
    assert {Path(d['img_path']).parent.name: d['gt_label'] for d in data} == {
        name: i for i, name in enumerate(names)
    }
    assert data.sidecar_parts() == ('train', 'test')
    with pytest.raises(FileNotFoundError, match='no val/ .set val_ratio'):
        FER2013(str(tmp_path), 'val')
    assert len(FER2013(str(tmp_path), 'trainval')) == 7
    for i, name in enumerate(names):
        write_image(tmp_path / 'val' / name / 'val.png', seed=i)
    assert len(FER2013(str(tmp_path), 'trainval')) == 14


def test_a_validation_part_can_be_drawn(tmp_path: Path) -> None:
    for i, name in enumerate(FER2013_CLASSES):
        for k in range(4):
            write_image(tmp_path / 'train' / name / f'{k}.png', seed=10 * i + k)
    parts = [FER2013(str(tmp_path), split, val_ratio=0.25) for split in ('train', 'val')]
    paths = [{data.get_data_info(i)['img_path'] for i in range(len(data))} for data in parts]
    assert [len(p) for p in paths] == [21, 7]
    assert not paths[0] & paths[1]


@pytest.mark.parametrize(
    ('old', 'new', 'message'),
    [
        ('\n3,', '\n7,', r'line 5: the emotion "7" is unknown. Write one of: 0 anger'),
        ('\n3,', '\n,', r'line 5: the emotion "" is unknown'),
        ('Training\n3', 'Practice\n3', r'line 4: the usage "Practice" is not one of Training'),
    ],
)
def test_faulty_rows_are_located(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / 'fer2013.csv'
    write_rows(path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        FER2013(str(tmp_path))


def test_both_forms_or_no_form_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'no folder .*\n.*kaggle'):
        FER2013(str(tmp_path / 'nowhere'))
    write_rows(tmp_path / 'fer2013.csv')
    (tmp_path / 'train').mkdir()
    with pytest.raises(ValueError, match=r'has fer2013\.csv and class folders'):
        FER2013(str(tmp_path))


def test_a_folder_without_a_class_is_an_error(tmp_path: Path) -> None:
    for name in (*FER2013_CLASSES, 'bored'):
        write_image(tmp_path / 'train' / name / 'a.png')
    with pytest.raises(ValueError, match='"bored" is not a class'):
        FER2013(str(tmp_path))
