import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets import BrokenImageError, MSCeleb1M
from mmfer.datasets.readers.msceleb import Faces
from tests.datasets.disk import write_image
from tests.datasets.official import jpeg, write_pack, write_records

PIPELINE = [{'type': 'LoadExpressionImage'}]


def write_folders(root: Path, count: int = 4) -> None:
    for k, name in enumerate(('m.0b', 'm.0a', 'm.0c')):
        for i in range(count):
            write_image(root / name / f'{i}.jpg', seed=10 * k + i)


def dataset(root: Path, split: str = 'train', **options: object) -> MSCeleb1M:
    report = str(root / 'report.txt')
    return MSCeleb1M(str(root), split, pipeline=PIPELINE, broken_report=report, **options)


def test_each_folder_is_an_identity(tmp_path: Path) -> None:
    write_folders(tmp_path)
    data = dataset(tmp_path)
    assert data.metainfo['classes'] == ('m.0a', 'm.0b', 'm.0c')
    assert data.get_gt_labels().tolist() == [0] * 4 + [1] * 4 + [2] * 4
    for i in range(12):
        info = data.get_data_info(i)
        assert Path(info['img_path']).parent.name == data.metainfo['classes'][info['gt_label']]
        assert info['sample_idx'] == i and data.get_cat_ids(i) == [info['gt_label']]
    assert data[3]['img'].shape == (16, 20, 3)


def test_identities_of_a_pack_are_renumbered(tmp_path: Path) -> None:
    path = write_pack(tmp_path, (7, 7, 7, 9, 9, 2))
    data = dataset(tmp_path)
    assert data.metainfo['classes'] == ('2', '7', '9')
    assert data.get_gt_labels().tolist() == [1, 1, 1, 2, 2, 0]
    for i in range(6):
        with Image.open(io.BytesIO(jpeg(i, 12 + i))) as decoded:
            assert (data[i]['img'] == np.array(decoded)[..., ::-1]).all()
        assert data[i]['img_path'] == f'{path}/{i + 1:07}'


def test_a_worker_can_read_images(tmp_path: Path) -> None:
    write_pack(tmp_path)
    data = dataset(tmp_path)
    again = pickle.loads(pickle.dumps(data))
    assert (again[4]['img'] == data[4]['img']).all()


@pytest.mark.parametrize('form', ['folders', 'pack'])
def test_a_validation_part_is_drawn(tmp_path: Path, form: str) -> None:
    if form == 'folders':
        write_folders(tmp_path)
    else:
        write_pack(tmp_path, (0,) * 4 + (1,) * 4 + (2,) * 4)
    parts = {
        split: dataset(tmp_path, split, val_ratio=0.25) for split in ('train', 'val', 'trainval')
    }
    assert [len(part) for part in parts.values()] == [9, 3, 12]
    assert parts['val'].get_gt_labels().tolist() == [0, 1, 2]
    names = [
        {part.get_data_info(i)['img_path'] for i in range(len(part))} for part in parts.values()
    ]
    assert not names[0] & names[1] and names[0] | names[1] == names[2]
    with pytest.raises(ValueError, match='Set val_ratio'):
        dataset(tmp_path, 'val')
    with pytest.raises(ValueError, match='choose one of train, val, trainval'):
        dataset(tmp_path, 'test')


def test_indices_select_samples(tmp_path: Path) -> None:
    write_pack(tmp_path)
    assert dataset(tmp_path, indices=2).get_gt_labels().tolist() == [1, 1]
    assert len(dataset(tmp_path, indices=[5, 0])) == 2
    assert dataset(tmp_path, indices=[5, 0]).get_gt_labels().tolist() == [0, 1]
    assert dataset(tmp_path, lazy_init=True).metainfo['classes'] == ('2', '7', '9')


def test_identities_that_differ_from_the_property_file_are_reported(
    tmp_path: Path, log: list[str]
) -> None:
    write_pack(tmp_path)
    MSCeleb1M(str(tmp_path))
    assert not log
    (tmp_path / 'property').write_text('85742,112,112')
    MSCeleb1M(str(tmp_path))
    assert '3 training identities instead of 85742. ' in log[-1]


@pytest.mark.parametrize('content', [b'9' * (1 << 21), b'\xff\xfe9', b'\xff,1'])
def test_a_damaged_property_file_is_refused(tmp_path: Path, content: bytes) -> None:
    write_pack(tmp_path)
    (tmp_path / 'property').write_bytes(content)
    with pytest.raises(ValueError, match='property'):
        MSCeleb1M(str(tmp_path))


def test_a_truncated_pack_is_refused_at_the_start(tmp_path: Path) -> None:
    path = write_pack(tmp_path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match='is truncated'):
        dataset(tmp_path)


def test_broken_images_are_refused_or_left_out(tmp_path: Path) -> None:
    write_folders(tmp_path)
    broken = tmp_path / 'm.0a' / '1.jpg'
    broken.write_bytes(broken.read_bytes()[:-50])
    with pytest.raises(BrokenImageError, match=r'm\.0a/1\.jpg'):
        dataset(tmp_path)
    assert dataset(tmp_path, broken='skip').get_gt_labels().tolist().count(0) == 3
    assert str(broken) in (tmp_path / 'report.txt').read_text()


def test_a_damaged_image_of_a_pack_is_replaced(tmp_path: Path) -> None:
    path = write_pack(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content.replace(jpeg(0, 12)[100:], bytes(len(jpeg(0, 12)) - 100)))
    damaged = f'{path}/0000001'
    with pytest.raises(BrokenImageError, match='0000001'):
        dataset(tmp_path)[0]
    assert dataset(tmp_path, broken='skip')[0]['img_path'] != damaged
    assert len(dataset(tmp_path, broken='skip', test_mode=True)) == 5


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        dataset(tmp_path / 'no')
    assert 'insightface' in str(caught.value) and '<identity>/<image>' in str(caught.value)
    write_folders(tmp_path / 'a')
    (tmp_path / 'a' / 'm.0d').mkdir()
    with pytest.raises(ValueError, match=r'm\.0d" has no image'):
        dataset(tmp_path / 'a')
    path = write_pack(tmp_path / 'b')
    path.with_name('._train.rec').touch()
    assert len(dataset(tmp_path / 'b')) == 6
    path.with_name('test.rec').touch()
    with pytest.raises(ValueError, match='2 record files: test.rec, train.rec'):
        dataset(tmp_path / 'b')
    path = write_records(tmp_path / 'c', [])
    with pytest.raises(ValueError, match='has no images'):
        dataset(tmp_path / 'c')
    path.with_suffix('.idx').write_text('1\t0\n')
    with pytest.raises(ValueError, match=r'\(0 bytes\) is truncated'):
        dataset(tmp_path / 'c')


def test_empty_parts_and_loose_images_are_errors(tmp_path: Path) -> None:
    write_folders(tmp_path, 1)
    with pytest.raises(ValueError, match=r'val_ratio=0.1 leaves no image in the val part'):
        dataset(tmp_path, 'val', val_ratio=0.1)
    write_image(tmp_path / 'loose.JPG')
    with pytest.raises(ValueError, match=r'1 images in .*, such as loose\.JPG, are next to'):
        dataset(tmp_path)


def test_faces_behave_like_a_sequence() -> None:
    faces = Faces(np.array(['a', 'b', 'c']), np.array([0, 0, 1]))
    assert [face['img_path'] for face in faces] == ['a', 'b', 'c']
    assert [face['gt_label'] for face in faces[1:]] == [0, 1]
    assert faces[-1] == {'img_path': 'c', 'gt_label': 1}
    with pytest.raises(IndexError):
        faces[3]
