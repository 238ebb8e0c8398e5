from pathlib import Path

import pytest

from mmfer.datasets.files.image_lists import read_csv
from tests.datasets.disk import FINE, write_image


def test_a_csv_is_read(tmp_path: Path) -> None:
    write_image(tmp_path / 'pics' / 'a.png')
    path = tmp_path / 'train.csv'
    path.write_text('\ufeffscore, Path, Fine\n3, pics/a.png, Hate\n', encoding='utf-8')
    (sample,) = read_csv(path, tmp_path, FINE)
    assert sample['img_path'] == str(tmp_path / 'pics' / 'a.png')
    assert sample['gt_label'] == 3
    path.write_text('path,label\npics/a.png,panic\n')
    assert read_csv(path, tmp_path, FINE)[0]['gt_label'] == 1


@pytest.mark.parametrize(
    ('text', 'error', 'message'),
    [
        ('', ValueError, 'lacks the column path; its first line has: nothing'),
        ('path,mood\na.png,hate\n', ValueError, 'lacks the column fine.*path, mood'),
        ('file,fine\na.png,hate\n', ValueError, 'lacks the column path'),
        ('path,fine,Fine\na.png,hate,hate\n', ValueError, 'the column "fine" twice'),
        ('path,fine\na.png,rage\n', ValueError, 'line 2: "rage" is not a class'),
        ('path,fine\na.png\n', ValueError, 'line 2: 1 cells for 2 columns'),
        ('path,fine\na.png,\n', ValueError, 'line 2: the path or the class is empty'),
    ],
)
def test_a_faulty_csv_is_located(
    tmp_path: Path, text: str, error: type[Exception], message: str
) -> None:
    write_image(tmp_path / 'a.png')
    (tmp_path / 'train.csv').write_text(text)
    with pytest.raises(error, match=message):
        read_csv(tmp_path / 'train.csv', tmp_path, FINE)


def test_a_csv_may_have_subjects(tmp_path: Path) -> None:
    write_image(tmp_path / 'a.png')
    write_image(tmp_path / 'b.png')
    path = tmp_path / 'all.csv'
    path.write_text('Subject,path,label\nann,a.png,worry\n,b.png,worry\n')
    first, second = read_csv(path, tmp_path, FINE)
    assert first['subject'] == 'ann' and 'subject' not in second


def test_backslashes_separate_folders(tmp_path: Path) -> None:
    image = write_image(tmp_path / 'pics' / 'a.png')
    (tmp_path / 'train.csv').write_text('path;label\npics\\a.png;worry\n')
    (sample,) = read_csv(tmp_path / 'train.csv', tmp_path, FINE)
    assert sample['img_path'] == str(image)


def test_missing_images_are_returned(tmp_path: Path) -> None:
    (tmp_path / 'train.csv').write_text('path,label\na.png,worry\n')
    (sample,) = read_csv(tmp_path / 'train.csv', tmp_path, None)
    assert sample == {
        'img_path': str(tmp_path / 'a.png'),
        'where': f'{tmp_path / "train.csv"}, line 2',
    }


def test_an_encoding_can_be_set(tmp_path: Path) -> None:
    (tmp_path / 'train.csv').write_bytes('path,label\n高.png,worry\n'.encode('gbk'))
    with pytest.raises(ValueError, match='line 2 is not text in UTF-8'):
        read_csv(tmp_path / 'train.csv', tmp_path, FINE)
    (sample,) = read_csv(tmp_path / 'train.csv', tmp_path, FINE, 'gbk')
    assert Path(sample['img_path']).name == '高.png'
