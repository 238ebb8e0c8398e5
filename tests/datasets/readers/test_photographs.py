from pathlib import Path

import pytest

from mmfer.datasets import Photographs
from mmfer.labels import FER2013_CLASSES
from tests.datasets.disk import write_image


def write_photographs(root: Path) -> Path:
    rows = ['image,emotion,person']
    for i, name in enumerate(FER2013_CLASSES):
        write_image(root / 'images' / f'{i}.jpg', seed=i)
        rows.append(f'{i}.jpg,{name},{i // 2 if i else ""}')
    path = root / 'labels.csv'
    path.write_text('\n'.join(rows) + '\n')
    return path


def test_rows_become_samples_with_persons(tmp_path: Path) -> None:
    write_photographs(tmp_path)
    data = Photographs(str(tmp_path), pipeline=[{'type': 'LoadExpressionImage'}])
    assert data.metainfo['classes'] == FER2013_CLASSES
    assert data.get_gt_labels().tolist() == list(range(7))
    assert [data.get_data_info(i).get('subject') for i in range(4)] == [None, '0', '1', '1']
    assert data[3]['img'].shape == (16, 20, 3)


def test_subjects_can_be_selected(tmp_path: Path) -> None:
    path = write_photographs(tmp_path)
    path.write_text(path.read_text().replace('anger,', 'anger,9'))
    data = Photographs(str(tmp_path), subjects=['1'], empty_classes='warn')
    assert data.get_gt_labels().tolist() == [2, 3]


@pytest.mark.parametrize(
    ('old', 'new', 'error', 'message'),
    [
        ('person\n', 'who\n', ValueError, 'lacks the columns person'),
        ('3.jpg,', '33.jpg,', FileNotFoundError, r'(?s)line 5.*33\.jpg'),
        ('3.jpg,', '/dev/zero,', ValueError, 'line 5: the image "/dev/zero" cannot be read'),
        ('3.jpg,', ',', ValueError, 'line 5: the name of the image is empty'),
        ('fear', 'bored', ValueError, 'line 4: "bored" is not a class'),
        ('fear,1', 'fear', ValueError, 'line 4: 2 cells for 3 columns'),
    ],
)
def test_faulty_files_are_located(
    tmp_path: Path, old: str, new: str, error: type[Exception], message: str
) -> None:
    path = write_photographs(tmp_path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(error, match=message):
        Photographs(str(tmp_path))


def test_only_the_test_part_exists(tmp_path: Path) -> None:
    write_photographs(tmp_path)
    with pytest.raises(ValueError, match=r'split=.train.*choose one of test\.'):
        Photographs(str(tmp_path), 'train')
    with pytest.raises(FileNotFoundError, match=r'has no labels\.csv(.|\n)*muxspace'):
        Photographs(str(tmp_path / 'images'))
