from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import AffectNet
from mmfer.datasets.readers import affectnet
from tests.datasets.official import (
    AFFECTNET_HEAD,
    affectnet_row,
    landmark_text,
    write_affectnet_csv,
    write_affectnet_npy,
)

CLASSES = ('neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger', 'contempt')


@pytest.mark.parametrize('form', ['csv', 'npy'])
@pytest.mark.parametrize(('split', 'begin'), [('train', 'train'), ('test', 'val'), ('val', 'val')])
def test_both_forms_give_equal_fields(tmp_path: Path, form: str, split: str, begin: str) -> None:
    write = write_affectnet_csv if form == 'csv' else write_affectnet_npy
    write(tmp_path)
    data = AffectNet(str(tmp_path), split)
    assert data.metainfo['classes'] == CLASSES
    assert data.get_gt_labels().tolist() == list(range(8))
    for i, info in enumerate(map(data.get_data_info, range(8))):
        below = Path(info['img_path']).relative_to(tmp_path).parts
        if form == 'csv':
            assert below[:2] == ('Manually_Annotated_Images', str(10 + i))
            assert below[2].startswith(begin)
            assert info['face_box'].tolist() == [2, 3, 14, 13]
        else:
            assert below == (f'{begin}_set', 'images', f'{i}.jpg')
            assert 'face_box' not in info
        # x and y take turns, a quarter further each.
        expected = i + np.arange(136) / 4
        np.testing.assert_allclose(info['landmarks'][:, 0], expected[::2])
        np.testing.assert_allclose(info['landmarks'][:, 1], expected[1::2])
        assert (info['valence'], info['arousal']) == (-0.25, 0.5)


@pytest.mark.parametrize('form', ['csv', 'npy'])
def test_seven_classes_leave_out_contempt(tmp_path: Path, form: str) -> None:
    (write_affectnet_csv if form == 'csv' else write_affectnet_npy)(tmp_path)
    data = AffectNet(str(tmp_path), num_classes=7)
    assert data.metainfo['classes'] == CLASSES[:7]
    assert data.get_gt_labels().tolist() == list(range(7))
    with pytest.raises(ValueError, match='num_classes=6.*choose one of 7, 8'):
        AffectNet(str(tmp_path), num_classes=6)


def test_images_without_an_expression_are_counted_in_the_log(
    tmp_path: Path, log: list[str]
) -> None:
    write_affectnet_csv(tmp_path, '0 1 2 3 4 5 6 7 8 8 9 10 10 10')
    AffectNet(str(tmp_path))
    assert '6 of 14 train images' in log[0]
    assert 'no face 3, none 2, uncertain 1' in log[0]
    log.clear()
    AffectNet(str(tmp_path), num_classes=7)
    assert '7 of 14 train images' in log[0] and 'contempt 1, no face 3' in log[0]


def test_only_unofficial_counts_are_reported(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_affectnet_npy(tmp_path)
    AffectNet(str(tmp_path))
    assert '8 train images instead of 287651' in log[-1]
    AffectNet(str(tmp_path), 'test')
    assert '8 test images instead of 3999' in log[-1]
    AffectNet(str(tmp_path), num_classes=7)
    assert '7 train images instead of 283901' in log[-1]
    AffectNet(str(tmp_path), 'test', num_classes=7)
    assert '7 test images instead of 3500' in log[-1]
    monkeypatch.setitem(affectnet.AFFECTNET_COUNTS, ('npy', 'train'), (1,) * 8)
    log.clear()
    AffectNet(str(tmp_path))
    assert not log


def test_a_validation_part_can_be_drawn(tmp_path: Path) -> None:
    write_affectnet_npy(tmp_path, per_class=4)
    parts = [AffectNet(str(tmp_path), split, val_ratio=0.25) for split in ('train', 'val')]
    assert [len(part) for part in parts] == [24, 8]
    assert all('train_set' in parts[1].get_data_info(i)['img_path'] for i in range(8))
    assert len(AffectNet(str(tmp_path), 'trainval', val_ratio=0.25)) == 32


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        (affectnet_row('10/training0.jpg', 11), 'line 13: the expression 11 is not one of 0 to 10'),
        (affectnet_row('10/training0.jpg', -1), 'line 13: the expression -1 is not'),
        (affectnet_row('10/training0.jpg', 'happy'), 'line 13: expression: .*happy'),
        (
            affectnet_row('10/training0.jpg', 1, landmark_text()[:-6]),
            'line 13: facial_landmarks has 135 numbers instead of 136',
        ),
        (affectnet_row('10/training0.jpg', 1, 'NULL'), 'line 13: facial_landmarks'),
        (affectnet_row('10/training0.jpg', 1), 'listed twice: .*line 2 and .*line 13'),
        (affectnet_row('10/training0.jpg', 1).replace('12,10', '0,10'), 'line 13: face_width 0'),
        (affectnet_row('10/training0.jpg', 1).replace('-0.25', '-3'), 'line 13: valence -3'),
        ('10/training0.jpg,2,3,12\n', 'line 13: 4 cells for 9 columns'),
    ],
)
def test_faulty_rows_are_located(tmp_path: Path, row: str, message: str) -> None:
    write_affectnet_csv(tmp_path)
    with (tmp_path / 'training.csv').open('a') as file:
        file.write(row)
    with pytest.raises(ValueError, match=message) as caught:
        AffectNet(str(tmp_path))
    assert str(tmp_path / 'training.csv') in str(caught.value)


def test_a_row_with_a_missing_file_is_located(tmp_path: Path) -> None:
    write_affectnet_csv(tmp_path)
    (tmp_path / 'Manually_Annotated_Images' / '12' / 'training2.jpg').unlink()
    with pytest.raises(
        FileNotFoundError, match=r'line 4: the file .*12/training2\.jpg" does not exist'
    ):
        AffectNet(str(tmp_path))
    assert len(AffectNet(str(tmp_path), 'test')) == 8


def test_unannotated_valence_is_unknown(tmp_path: Path) -> None:
    write_affectnet_csv(tmp_path)
    path = tmp_path / 'training.csv'
    path.write_text(path.read_text().replace('-0.25,0.5', '-2,-2'))
    info = AffectNet(str(tmp_path)).get_data_info(0)
    assert 'valence' not in info and 'arousal' not in info


def test_annotations_can_be_skipped(tmp_path: Path) -> None:
    write_affectnet_npy(tmp_path)
    for path in (tmp_path / 'train_set' / 'annotations').glob('*_lnd.npy'):
        path.unlink()
    with pytest.raises(FileNotFoundError, match=r'0_lnd\.npy.*annotations=False'):
        AffectNet(str(tmp_path))
    info = AffectNet(str(tmp_path), annotations=False).get_data_info(0)
    assert not {'landmarks', 'valence', 'arousal'} & set(info)


def test_two_forms_in_one_folder_are_an_error(tmp_path: Path) -> None:
    write_affectnet_csv(tmp_path)
    write_affectnet_npy(tmp_path)
    with pytest.raises(ValueError, match=r'two forms of AffectNet: .*training\.csv.*train_set'):
        AffectNet(str(tmp_path))


def test_the_csv_files_are_found_in_the_folder_of_their_archive(tmp_path: Path) -> None:
    write_affectnet_csv(tmp_path)
    folder = tmp_path / 'Manually_Annotated_file_lists'
    folder.mkdir()
    (tmp_path / 'training.csv').rename(folder / 'training.csv')
    assert len(AffectNet(str(tmp_path))) == 8


def test_the_error_for_a_missing_data_set_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        AffectNet(str(tmp_path))
    for part in (
        'mohammadmahoor.com',
        'training.csv',
        'train_set/',
        f'affectnet {tmp_path} --preset standard',
    ):
        assert part in str(caught.value)


def test_an_empty_part_is_an_error(tmp_path: Path) -> None:
    (tmp_path / 'training.csv').write_text(AFFECTNET_HEAD)
    with pytest.raises(ValueError, match='No image of 8 classes in the train part'):
        AffectNet(str(tmp_path), empty_classes='warn')
