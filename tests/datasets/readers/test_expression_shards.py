"""Shards that the tool writes, that the library webdataset writes, and damaged ones."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import webdataset

from mmfer.datasets import ExpressionFolder, ExpressionShards
from mmfer.datasets.files.shard_writer import write_shards

CLASSES = ['calm', 'crying']


def png(seed: int) -> bytes:
    image = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
    return cv2.imencode('.png', image)[1].tobytes()


def write_tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, 'w') as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def read(root: Path, part: str = 'train', **options: object) -> ExpressionShards:
    return ExpressionShards(str(root), part, classes=CLASSES, **options)


PIPELINE = [dict(type='LoadExpressionImage')]


def test_shards_of_a_data_set_are_read_in_its_order(tmp_path: Path) -> None:
    for i in range(7):
        folder = tmp_path / 'images' / 'train' / CLASSES[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f'{i}.png').write_bytes(png(i))
    folders = ExpressionFolder(
        str(tmp_path / 'images'), 'train', classes=CLASSES, pipeline=PIPELINE
    )
    written = list(write_shards(folders, tmp_path, 'train', 3))
    assert [path.name for path in written] == [f'train-00000{i}.tar' for i in range(3)]
    for _ in range(2):  # without and with the indices
        shards = read(tmp_path, pipeline=PIPELINE)
        assert len(shards) == len(folders) == 7
        for ours, theirs in zip(shards, folders, strict=True):
            assert ours['gt_label'] == theirs['gt_label']
            assert ours['sample_idx'] == theirs['sample_idx']
            np.testing.assert_array_equal(ours['img'], theirs['img'])
    assert len(list(tmp_path.glob('*.index.json'))) == 3
    with pytest.raises(FileExistsError, match='has 3 shards of the train part'):
        list(write_shards(folders, tmp_path, 'train', 3))
    stream = webdataset.WebDataset(str(tmp_path / 'train-000000.tar'), shardshuffle=False)
    assert [json.loads(sample['json'])['label'] for sample in stream] == ['calm'] * 3


def test_images_without_a_suffix_get_that_of_their_format(tmp_path: Path) -> None:
    jpeg = cv2.imencode('.jpg', np.full((8, 8, 3), 90, np.uint8))[1].tobytes()
    files = {'0': png(0), '1.photo': jpeg, '2.png': png(2)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    rows = [f'{name},{CLASSES[i % 2]}\n' for i, name in enumerate(files)]
    (tmp_path / 'train.csv').write_text('path,label\n' + ''.join(rows))
    images = ExpressionFolder(str(tmp_path), 'train', classes=CLASSES, pipeline=PIPELINE)
    list(write_shards(images, tmp_path, 'train', 9))
    shards = read(tmp_path, pipeline=PIPELINE)
    assert [Path(s['img_path']).suffix for s in shards] == ['.png', '.jpeg', '.png']
    for ours, theirs in zip(shards, images, strict=True):
        np.testing.assert_array_equal(ours['img'], theirs['img'])
    (tmp_path / '0').write_bytes(b'no image')
    with pytest.raises(ValueError, match=r'/0" has no suffix of an image'):
        list(write_shards(images, tmp_path, 'test', 9))
    assert not list(tmp_path.glob('test*'))


def test_all_that_is_known_of_a_face_is_kept(tmp_path: Path) -> None:
    facts = {
        'label': 'Crying',
        'subject': 7,
        'group': {'gender': 'female', 'age': None},
        'clean_label': 'calm',
        'distribution': [0.25, 0.75],
        'face_box': [1, 2, 7, 8],
        'landmarks5': [[1, 2]] * 5,
        'camera': 'ignored',
    }
    files = {'a/1.png': png(1), 'a/1.json': json.dumps(facts).encode(), 'b.png': png(2)}
    write_tar(tmp_path / 'train-0.tar', files | {'b.cls': b'0\n', './._b.png': b'not an image'})
    data = read(tmp_path, soft_labels=False)
    sample, other = data.get_data_info(0), data.get_data_info(1)
    assert sample['gt_label'] == 1 and other['gt_label'] == 0
    assert sample['clean_label'] == 0 and 'clean_label' not in other
    assert sample['subject'] == '7' and sample['group'] == {'gender': 'female'}
    assert sample['img_path'] == str(tmp_path / 'train-0.tar' / 'a' / '1.png')
    np.testing.assert_array_equal(sample['face_box'], np.float32([1, 2, 7, 8]))
    assert sample['landmarks5'].shape == (5, 2) and 'camera' not in sample


def test_votes_become_soft_labels(tmp_path: Path) -> None:
    facts = json.dumps({'label': 1, 'distribution': [0.25, 0.75]}).encode()
    write_tar(tmp_path / 'train-0.tar', {'1.png': png(1), '1.json': facts})
    data = read(tmp_path, soft_labels=True, empty_classes='warn')
    assert data.get_data_info(0)['gt_score'].tolist() == [0.25, 0.75]


def test_shards_of_the_library_are_read(tmp_path: Path) -> None:
    with webdataset.ShardWriter(str(tmp_path / 'train-%06d.tar'), maxcount=2, verbose=0) as sink:
        for i in range(4):
            sink.write({'__key__': f'{i:04}', 'png': png(i), 'cls': i % 2})
    data = read(tmp_path, pipeline=PIPELINE)
    assert [sample['gt_label'] for sample in data] == [0, 1, 0, 1]
    np.testing.assert_array_equal(data[3]['img'], cv2.imdecode(np.frombuffer(png(3), np.uint8), 1))


def test_a_changed_shard_or_a_damaged_index_is_read_again(tmp_path: Path) -> None:
    two = {'1.png': png(1), '1.cls': b'calm', '2.png': png(2), '2.cls': b'crying'}
    shard = write_tar(tmp_path / 'train-0.tar', two)
    assert len(read(tmp_path)) == 2
    index = tmp_path / 'train-0.tar.index.json'
    index.write_text(index.read_text().replace('calm', 'crying'))
    assert read(tmp_path, empty_classes='warn').get_gt_labels().tolist() == [1, 1]  # it is used
    for content in ('', '[' * 100_000, '{"format": 1}'):
        index.write_text(content)
        assert read(tmp_path).get_gt_labels().tolist() == [0, 1]
    write_tar(shard, two | {'3.png': png(3), '3.cls': b'1'})
    assert read(tmp_path).get_gt_labels().tolist() == [0, 1, 1]


def test_images_are_broken_like_files(tmp_path: Path) -> None:
    write_tar(
        tmp_path / 'train-0.tar',
        {'1.png': png(1), '1.cls': b'calm', '2.png': png(2)[:100], '2.cls': b'crying'},
    )
    report = str(tmp_path / 'broken.txt')
    data = read(tmp_path, test_mode=True, broken='skip', broken_report=report, pipeline=PIPELINE)
    assert len(data) == 1 and '2.png\t' in Path(report).read_text()
    data = read(tmp_path, pipeline=PIPELINE)
    with pytest.raises(ValueError, match=r'train-0\.tar/2\.png" cannot be read'):
        data[1]


LABELED = {'1.png': png(1), '1.cls': b'calm'}


@pytest.mark.parametrize(
    ('files', 'said'),
    [
        ({'1.png': png(1)}, 'sample "1": it must have one image and a .cls or .json'),
        ({'1.cls': b'calm'}, 'sample "1": it must have one image'),
        (LABELED | {'1.jpg': b''}, 'one image and .*has .cls, .jpg, .png'),
        (LABELED | {'2.png': png(2), '2.cls': b'0', '1.json': b'{}'}, 'do not follow each other'),
        ({'1.png': png(1), '1.cls': b'happy'}, 'sample "1": "happy" is not a class'),
        ({'1.png': png(1), '1.cls': b'2'}, 'sample "1": the label 2 is neither'),
        ({'1.png': png(1), '1.cls': b'\xff'}, r'sample "1": \.cls is not UTF-8'),
        ({'1.png': png(1), '1.json': b'{"label": true}'}, 'the label True is neither'),
        ({'1.png': png(1), '1.json': b'{"label": null}'}, 'the label None is neither'),
        ({'1.png': png(1), '1.json': b'[0]'}, 'must be an object'),
        ({'1.png': png(1), '1.json': b'{'}, r'\.json of .*sample "1"'),
        ({'1.png': png(1), '1.json': b'[' * 100_000}, r'\.json of .*sample "1"'),
        ({'1.png': png(1), '1.json': b'{}'}, 'has no "label"'),
        ({'1.png': png(1), '1.json': b'{"label": 0, "group": 3}'}, 'group is no object'),
        ({'1.png': png(1), '1.json': b'{"label": 0, "face_box": "x"}'}, 'face_box is no array'),
        ({'1.png': png(1), '1.json': b'{"label": 0, "face_box": [1]}'}, 'face_box has the shape'),
        ({'1.png': png(1), '1.json': b'{"label": 0, "landmarks5": [NaN]}'}, 'landmarks5 is no'),
        ({'1.png': png(1), '1.json': b'{"label": 0, "face_box": [5, 1, 1, 5]}'}, 'with x1 < x2'),
        (LABELED | {'1.json': b'{"label": 1}'}, 'is "calm" in the .cls file and "1" in the JSON'),
        ({'1.png': png(1), '1.json': b' ' * ((1 << 20) + 1)}, r'\.json has more than 1048576'),
    ],
)
def test_what_is_wrong_in_a_sample_is_named(
    files: dict[str, bytes], said: str, tmp_path: Path
) -> None:
    write_tar(tmp_path / 'train-0.tar', files)
    with pytest.raises(ValueError, match=said):
        read(tmp_path, empty_classes='warn')


@pytest.mark.parametrize('kind', ['gzip', 'no-tar', 'truncated', 'empty'])
def test_what_is_no_shard_is_refused(kind: str, tmp_path: Path) -> None:
    shard = write_tar(tmp_path / 'train-0.tar', LABELED | {'2.png': png(2), '2.cls': b'crying'})
    content = shard.read_bytes()
    damaged = {
        'gzip': gzip.compress(content),
        'no-tar': b'no tar file' * 100,
        'truncated': content[:700],
        'empty': b'',
    }
    shard.write_bytes(damaged[kind])
    with pytest.raises(ValueError, match=r'train-0\.tar'):
        read(tmp_path)


def test_a_truncated_damaged_or_joined_shard_is_refused(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    for i in range(4):
        files |= {f'{i}.png': png(i), f'{i}.cls': b'%d' % (i % 2)}
    shard = write_tar(tmp_path / 'train-0.tar', files)
    content = shard.read_bytes()
    with tarfile.open(shard) as archive:
        third = archive.getmember('2.png').offset
    damaged = content[:third] + b'x' + content[third + 1 :]
    for wrong in (content[:third], content[: third + 100], damaged):
        shard.write_bytes(wrong)
        with pytest.raises(ValueError, match=rf'truncated at byte {third}: the mark of its end'):
            read(tmp_path)
    shard.write_bytes(content * 2)
    with pytest.raises(ValueError, match='as if several tar files were joined'):
        read(tmp_path)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    for number in (1, 2, 4):
        name = f'{number}.png', f'{number}.cls'
        write_tar(tmp_path / f'train-{number:06}.tar', {name[0]: png(number), name[1]: b'0'})
    with pytest.raises(ValueError, match=r'up to train-000004.tar, but none with the number 3\.'):
        read(tmp_path, empty_classes='warn')
    (tmp_path / 'train-000004.tar').unlink()
    assert len(read(tmp_path, empty_classes='warn')) == 2


@pytest.mark.parametrize(('classes', 'label'), [(['1', '2'], None), (['0', '1'], 1)])
def test_a_digit_is_a_name_and_a_number_only_if_both_agree(
    classes: list[str], label: int | None, tmp_path: Path
) -> None:
    write_tar(tmp_path / 'train-0.tar', {'1.png': png(1), '1.cls': b'1'})
    options = dict(classes=classes, empty_classes='warn')
    if label is None:
        with pytest.raises(ValueError, match=r'"1" in the \.cls file may be the name'):
            ExpressionShards(str(tmp_path), **options)
    else:
        assert ExpressionShards(str(tmp_path), **options).get_gt_labels().tolist() == [label]


def test_a_killed_writer_leaves_no_shard_that_is_read(tmp_path: Path) -> None:
    for name in CLASSES:
        (tmp_path / 'train' / name).mkdir(parents=True)
        (tmp_path / 'train' / name / '0.png').write_bytes(png(0))
    images = ExpressionFolder(str(tmp_path), 'train', classes=CLASSES)
    writer = write_shards(images, tmp_path, 'train', 1)
    next(writer)
    assert list(tmp_path.glob('train.unfinished/*')) and not list(tmp_path.glob('train-*'))
    (tmp_path / 'train.unfinished' / 'train-000007.tar').touch()  # of an earlier, killed writer
    assert len(list(write_shards(images, tmp_path, 'train', 1))) == 2
    assert len(read(tmp_path)) == 2 and not (tmp_path / 'train.unfinished').exists()


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / 'secret.png').write_bytes(png(5))
    with tarfile.open(tmp_path / 'train-0.tar', 'w') as archive:
        link = tarfile.TarInfo('1.png')
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / 'secret.png')
        archive.addfile(link)
        label = tarfile.TarInfo('1.cls')
        label.size = 1
        archive.addfile(label, io.BytesIO(b'0'))
    with pytest.raises(ValueError, match='one image'):
        read(tmp_path)


def test_a_part_without_shards_says_what_is_needed(tmp_path: Path) -> None:
    write_tar(tmp_path / 'train-0.tar', LABELED)
    with pytest.raises(FileNotFoundError, match=r'val-<number>\.tar \(or set val_ratio'):
        read(tmp_path, 'val')
