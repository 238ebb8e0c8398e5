from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets.readers.affectnet_forms import (
    find_csv,
    parse_affect,
    parse_code,
    parse_landmarks,
    read_csv,
    read_npy,
)
from tests.datasets.disk import write_image
from tests.datasets.official import landmark_text, write_affectnet_csv, write_affectnet_npy


def test_rows_without_an_expression_need_no_image(tmp_path: Path) -> None:
    write_affectnet_csv(tmp_path)
    images = tmp_path / 'Manually_Annotated_Images'
    for number in (8, 9, 10):
        (images / f'{10 + number}' / f'training{number}.jpg').unlink()
    codes = [sample['gt_label'] for sample in read_csv(tmp_path, 'train', True)]
    assert codes == list(range(11))


def test_a_csv_needs_its_columns(tmp_path: Path) -> None:
    (tmp_path / 'training.csv').write_text('subDirectory_filePath,expression\n')
    assert find_csv(tmp_path, 'train') == tmp_path / 'training.csv'
    assert find_csv(tmp_path, 'test') is None
    with pytest.raises(ValueError, match='lacks the columns face_x, .*facial_landmarks'):
        list(read_csv(tmp_path, 'train', True))


def test_numbered_images_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    write_affectnet_npy(tmp_path, per_class=2)
    stems = [Path(sample['img_path']).stem for sample in read_npy(tmp_path, 'train', False)]
    assert stems == [str(i) for i in range(16)]


@pytest.mark.parametrize(
    ('file', 'message'),
    [
        ('images/3.jpg', r'for 1 images.*such as images/3.jpg for annotations/3_exp.npy'),
        ('annotations/3_exp.npy', r'such as annotations/3_exp.npy for images/3.jpg'),
        ('annotations/3_aro.npy', r'no file ".*3_aro.npy"'),
    ],
)
def test_an_image_or_annotation_alone_is_an_error(tmp_path: Path, file: str, message: str) -> None:
    write_affectnet_npy(tmp_path)
    (tmp_path / 'train_set' / file).unlink()
    with pytest.raises(FileNotFoundError, match=message):
        list(read_npy(tmp_path, 'train', True))


@pytest.mark.parametrize(
    ('kind', 'value', 'message'),
    [
        ('exp', np.array('12'), r'3_exp.npy: the expression 12 is not one of 0 to 10'),
        ('lnd', np.zeros(134), r'3_lnd.npy: facial_landmarks has 134 numbers instead of 136'),
        ('val', np.array('much'), r'3_val.*: valence: .*much'),
    ],
)
def test_faulty_annotations_are_located(
    tmp_path: Path, kind: str, value: np.ndarray, message: str
) -> None:
    write_affectnet_npy(tmp_path)
    np.save(tmp_path / 'train_set' / 'annotations' / f'3_{kind}.npy', value)
    with pytest.raises(ValueError, match=message):
        list(read_npy(tmp_path, 'train', True))


def test_system_files_are_ignored_and_repeated_images_refused(tmp_path: Path) -> None:
    write_affectnet_npy(tmp_path)
    images = tmp_path / 'train_set' / 'images'
    for name in ('Thumbs.db', '.DS_Store', '._0.jpg'):
        (images / name).touch()
    (images.parent / 'annotations' / '._0_exp.npy').touch()
    (images / '1.jpg').rename(images / '1.JPG')
    assert len(list(read_npy(tmp_path, 'train', True))) == 8
    write_image(images / '3.png')
    with pytest.raises(ValueError, match=r'3\.jpg and 3\.png have the same annotation'):
        list(read_npy(tmp_path, 'train', True))


def test_a_broken_annotation_is_located(tmp_path: Path) -> None:
    write_affectnet_npy(tmp_path)
    (tmp_path / 'train_set' / 'annotations' / '3_exp.npy').write_bytes(b'')
    with pytest.raises(ValueError, match=r'3_exp\.npy'):
        list(read_npy(tmp_path, 'train', True))


def test_npy_values_may_be_text_or_numbers(tmp_path: Path) -> None:
    write_affectnet_npy(tmp_path)
    folder = tmp_path / 'train_set' / 'annotations'
    before = list(read_npy(tmp_path, 'train', True))[3]
    np.save(folder / '3_exp.npy', np.array(3))
    np.save(folder / '3_lnd.npy', 3 + np.arange(136) / 4)
    after = list(read_npy(tmp_path, 'train', True))[3]
    assert before['gt_label'] == after['gt_label'] == 3
    np.testing.assert_allclose(before['landmarks'], after['landmarks'])


def test_fields() -> None:
    assert parse_code(' 7', 'here') == 7
    with pytest.raises(ValueError, match='here: the expression 2.5'):
        parse_code('2.5', 'here')
    assert parse_landmarks(landmark_text(), 'here').shape == (68, 2)
    with pytest.raises(ValueError, match='here: facial_landmarks has 135 numbers'):
        parse_landmarks(landmark_text().replace('0.25', 'nan', 1), 'here')
    assert parse_affect('1', '-2', 'here') == {'valence': 1.0}
    with pytest.raises(ValueError, match=r'here: arousal 1\.5 is not between'):
        parse_affect('1', '1.5', 'here')


@pytest.mark.parametrize('kind', ['exp', 'lnd'])
def test_damaged_npy_files_are_located(tmp_path: Path, kind: str) -> None:
    """NumPy parses the header of the file as Python code."""
    write_affectnet_npy(tmp_path)
    path = tmp_path / 'train_set' / 'annotations' / f'3_{kind}.npy'
    whole = path.read_bytes()
    for place in range(0, 130, 3):
        for byte in (b'(', b"'", b'\xff'):
            path.write_bytes(whole[:place] + byte + whole[place + 1 :])
            try:
                list(read_npy(tmp_path, 'train', True))
            except ValueError as error:
                assert f'3_{kind}.npy' in str(error)


def test_a_large_npy_file_is_not_read(tmp_path: Path) -> None:
    write_affectnet_npy(tmp_path)
    path = min((tmp_path / 'train_set' / 'annotations').glob('*_lnd.npy'))
    np.save(path, np.zeros(100_000))
    with pytest.raises(ValueError, match=r'_lnd\.npy has 800128 bytes, more than 65536'):
        list(read_npy(tmp_path, 'train', True))
