from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import CelebA
from mmfer.datasets.readers import celeba
from mmfer.labels import CELEBA_ATTRIBUTES
from tests.datasets.official import (
    ATTRIBUTES_HEAD,
    celeba_values,
    write_celeba,
    write_sidecar,
)

SPLITS = {'train': [0, 1], 'val': [2, 3], 'test': [4, 5], 'trainval': [0, 1, 2, 3]}


@pytest.mark.parametrize('csv', [False, True])
def test_attributes_and_points_come_from_the_lists(tmp_path: Path, csv: bool) -> None:
    values = write_celeba(tmp_path, csv=csv)
    for split, rows in SPLITS.items():
        data = CelebA(str(tmp_path), split)
        assert data.metainfo['classes'] == tuple(ATTRIBUTES_HEAD.split()) == CELEBA_ATTRIBUTES
        assert data.metainfo['task'] == 'attributes'
        assert len(data) == len(rows)
        for row, info in zip(rows, map(data.get_data_info, range(len(rows))), strict=True):
            assert Path(info['img_path']).name == f'{row + 1:06}.jpg'
            assert info['gt_score'].dtype == np.float32
            assert info['gt_score'].tolist() == ((values[row] + 1) / 2).tolist()
            assert (
                info['landmarks5'].tolist() == (10 * row + np.arange(10.0).reshape(5, 2)).tolist()
            )
            assert 'attribute_mask' not in info
            assert 'gt_label' not in info


def test_unknown_attributes_are_masked(tmp_path: Path) -> None:
    values = celeba_values(6)
    values[0, 3] = values[5, 39] = values[:, 7] = 0
    write_celeba(tmp_path, values)
    data = CelebA(str(tmp_path))
    assert data.metainfo['unknown_attributes'] == (CELEBA_ATTRIBUTES[7],)
    info = data.get_data_info(0)
    assert np.flatnonzero(~info['attribute_mask']).tolist() == [3, 7]
    assert info['attribute_mask'].dtype == bool
    assert info['gt_score'][3] == 0
    # Every sample has a mask, so that a batch has one.
    val = CelebA(str(tmp_path), 'val').get_data_info(0)
    assert np.flatnonzero(~val['attribute_mask']).tolist() == [7]


def test_the_three_folders_of_the_archive_are_read(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    for name, folder in (
        ('list_attr_celeba.txt', 'Anno'),
        ('list_landmarks_align_celeba.txt', 'Anno'),
        ('list_eval_partition.txt', 'Eval'),
        ('img_align_celeba', 'Img'),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / name).rename(tmp_path / folder / name)
    info = CelebA(str(tmp_path), 'test').get_data_info(1)
    assert info['img_path'] == str(tmp_path / 'Img' / 'img_align_celeba' / '000006.jpg')
    assert 'landmarks5' in info


def test_the_list_of_points_is_optional(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    (tmp_path / 'list_landmarks_align_celeba.txt').unlink()
    assert 'landmarks5' not in CelebA(str(tmp_path)).get_data_info(0)


@pytest.mark.parametrize(
    ('lost', 'message'),
    [
        ('list_eval_partition', r'\(5 images\) does not match .*1 are only in list_attr_celeba'),
        ('list_attr_celeba', r'\(5 images\): 1 are only in list_eval_partition.*000003\.jpg'),
        ('list_landmarks_align_celeba', r'list_landmarks.*\(5 images\) does not match'),
    ],
)
def test_lists_of_different_images_are_refused(tmp_path: Path, lost: str, message: str) -> None:
    write_celeba(tmp_path)
    path = tmp_path / f'{lost}.txt'
    lines = [line for line in path.read_text().splitlines() if '000003.jpg' not in line]
    path.write_text('\n'.join(lines).replace('6', '5', 1) if lines[0] == '6' else '\n'.join(lines))
    with pytest.raises(ValueError, match=message):
        CelebA(str(tmp_path))


def test_lists_in_different_orders_are_matched_by_name(tmp_path: Path) -> None:
    values = write_celeba(tmp_path)
    for name, head in (('list_eval_partition', 0), ('list_landmarks_align_celeba', 2)):
        path = tmp_path / f'{name}.txt'
        lines = path.read_text().splitlines()
        path.write_text('\n'.join(lines[:head] + lines[head:][::-1]))
    info = CelebA(str(tmp_path), 'test').get_data_info(0)
    assert Path(info['img_path']).name == '000005.jpg'
    assert info['gt_score'].tolist() == (values[4] > 0).tolist()
    assert info['landmarks5'].ravel().tolist() == list(range(40, 50))


@pytest.mark.parametrize(
    ('name', 'old', 'new', 'message'),
    [
        ('list_eval_partition', '000006.jpg  2', '000006.jpg 3', r'000006\.jpg: the part 3 is not'),
        ('list_attr_celeba', '000002.jpg -1', '000002.jpg  2', '000002.jpg: 5_o_Clock_Shadow is 2'),
    ],
)
def test_faulty_values_are_located(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    write_celeba(tmp_path, -np.ones((6, 40), dtype=int))
    path = tmp_path / f'{name}.txt'
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ValueError, match=message):
        CelebA(str(tmp_path))


def test_a_row_with_a_missing_file_is_located(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    (tmp_path / 'img_align_celeba' / '000002.jpg').unlink()
    with pytest.raises(FileNotFoundError, match=r'000002\.jpg: the file'):
        CelebA(str(tmp_path))


def test_only_unofficial_counts_are_reported(
    tmp_path: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_celeba(tmp_path)
    for split, official in (('train', 162770), ('val', 19867), ('test', 19962)):
        CelebA(str(tmp_path), split)
        assert f'2 {split} images instead of {official}. ' in log[-1]
    monkeypatch.setitem(celeba.CELEBA_COUNTS, 'train', 2)
    log.clear()
    CelebA(str(tmp_path))
    assert not log


def test_a_sidecar_adds_its_fields_to_a_face(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    names = [f'img_align_celeba/{i + 1:06}.jpg' for i in range(2)]
    write_sidecar(tmp_path / 'annotations' / 'train.json', names, ['face'], [0, 0])
    data = (tmp_path / 'annotations' / 'train.json').read_text().replace('"distribution"', '"x"')
    (tmp_path / 'annotations' / 'train.json').write_text(data)
    info = CelebA(str(tmp_path)).get_data_info(1)
    assert info['subject'] == 'p0'
    assert info['face_box'].tolist() == [1, 2, 9, 11]


@pytest.mark.parametrize('lost', ['list_attr_celeba.txt', 'list_eval_partition.txt'])
def test_the_error_for_a_missing_list_says_where_to_get_it(tmp_path: Path, lost: str) -> None:
    write_celeba(tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(FileNotFoundError) as caught:
        CelebA(str(tmp_path))
    for part in (lost, 'mmlab.ie.cuhk.edu.hk', f'celeba {tmp_path} --preset standard'):
        assert part in str(caught.value)


def test_the_error_for_missing_images_shows_the_layout(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    (tmp_path / 'img_align_celeba').rename(tmp_path / 'images')
    with pytest.raises(FileNotFoundError, match='has no img_align_celeba/'):
        CelebA(str(tmp_path))


def test_a_part_without_images_is_an_error(tmp_path: Path) -> None:
    write_celeba(tmp_path, celeba_values(6))
    parts = tmp_path / 'list_eval_partition.txt'
    parts.write_text(parts.read_text().replace(' 2\n', ' 1\n'))
    with pytest.raises(ValueError, match='No image in the test part'):
        CelebA(str(tmp_path), 'test')
