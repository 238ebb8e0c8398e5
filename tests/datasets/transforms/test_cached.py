import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from mmcv.transforms import BaseTransform
from mmengine.dataset import BaseDataset
from torch.utils.data import DataLoader, Dataset

from mmfer.datasets import Cached, ExpressionFolder, ExpressionShards, MSCeleb1M
from mmfer.datasets.files.shard_writer import write_shards
from mmfer.registry import TRANSFORMS
from tests.datasets.disk import write_image
from tests.datasets.official import image_record, jpeg, write_records

TRANSFORMS_OF_A_FACE = [{'type': 'LoadExpressionImage'}, {'type': 'ResizeFace', 'size': 10}]


def test_an_image_is_read_once_and_kept_untouched(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.png')
    cached = Cached(TRANSFORMS_OF_A_FACE)
    sample = {'img_path': str(path), 'sample_idx': 0, 'landmarks': np.ones((68, 2), np.float32)}
    first = cached(sample)
    image = first['img'].copy()
    first['img'][:] = 0
    first['landmarks'][:] = 0
    path.unlink()
    second = cached(sample)
    assert np.array_equal(second['img'], image)
    # 20 x 16 pixels became 10 x 10.
    np.testing.assert_allclose(second['landmarks'][0], [0.25, 0.4375])
    assert second['img_shape'] == (10, 10)


def test_labels_are_not_cached(tmp_path: Path) -> None:
    path = str(write_image(tmp_path / 'a.png'))
    cached = Cached(TRANSFORMS_OF_A_FACE)
    assert cached({'img_path': path, 'gt_label': 1})['gt_label'] == 1
    assert cached({'img_path': path, 'gt_label': 2})['gt_label'] == 2


@pytest.mark.parametrize(
    'transform',
    [
        dict(type='RandomFaceAffine', rotate=15),
        dict(type='SensorNoise', fresh=True),
        dict(type='RandomFaceFlip', prob=0.5),
        dict(type='ColorJitter', brightness=0.4),
    ],
)
def test_random_transforms_are_refused(tmp_path: Path, transform: dict[str, object]) -> None:
    path = str(write_image(tmp_path / 'a.png'))
    with pytest.raises(ValueError, match=f'{transform["type"]} draws .* Move {transform["type"]}'):
        Cached([*TRANSFORMS_OF_A_FACE, transform])({'img_path': path})
    steady = Cached([*TRANSFORMS_OF_A_FACE, dict(type='SensorNoise', seed=1)])
    assert steady({'img_path': path})['img'].shape == (10, 10, 3)


def test_faces_of_one_image_are_kept_apart(tmp_path: Path) -> None:
    path = str(write_image(tmp_path / 'a.png'))
    cached = Cached([TRANSFORMS_OF_A_FACE[0], {'type': 'CropFace', 'margin': 0}])
    shapes = [
        cached({'img_path': path, 'sample_idx': i, 'face_box': np.array([0, 0, side, side])})[
            'img'
        ].shape[0]
        for i, side in enumerate((5, 9))
    ]
    assert shapes == [5, 9]


@TRANSFORMS.register_module()
class CountedRun(BaseTransform):
    """Adds a line to a file, in whatever process it runs."""

    def __init__(self, journal: str) -> None:
        self.journal = journal

    def transform(self, results):
        with Path(self.journal).open('a') as file:
            file.write(f'{os.getpid()}\n')
        return {**results, 'gray': results['img'].mean(-1), 'none': None, 'matrix': np.eye(2)}


def counted(folder: Path) -> tuple[list[dict], Path]:
    journal = folder / 'journal.txt'
    return [*TRANSFORMS_OF_A_FACE, {'type': 'CountedRun', 'journal': str(journal)}], journal


def test_workers_and_runs_share_a_cache_on_disk(tmp_path: Path) -> None:
    transforms, journal = counted(tmp_path)
    samples = [
        {'img_path': str(write_image(tmp_path / f'{i}.png', seed=i)), 'sample_idx': i}
        for i in range(8)
    ]
    expected = [Cached(transforms)(dict(sample)) for sample in samples]
    journal.unlink()

    class Faces(Dataset):
        def __init__(self) -> None:
            self.cached = Cached(transforms, folder=str(tmp_path / 'cache'))

        def __len__(self) -> int:
            return len(samples)

        def __getitem__(self, index: int) -> dict:
            return self.cached(dict(samples[index]))

    for _ in range(3):
        faces = Faces()
        loader = DataLoader(faces, batch_size=1, collate_fn=lambda one: one[0], num_workers=2)
        for found, known in zip(loader, expected, strict=True):
            assert found.keys() == known.keys()
            for name, value in known.items():
                if isinstance(value, np.ndarray):
                    np.testing.assert_array_equal(found[name], value)
                else:
                    assert found[name] == value
        # A file that the parent has opened is opened anew by its workers.
        assert faces[0]['img_shape'] == (10, 10)
    made_by = journal.read_text().split()
    assert len(made_by) == 8 and len(set(made_by)) == 2


def test_a_changed_image_face_or_recipe_is_made_again(tmp_path: Path) -> None:
    transforms, journal = counted(tmp_path)
    path = write_image(tmp_path / 'a.png', seed=0)
    sample = {'img_path': str(path), 'sample_idx': 0, 'face_box': np.array([0, 0, 9, 9])}
    folder = str(tmp_path / 'cache')
    first = Cached(transforms, folder)(dict(sample))
    write_image(path, seed=1)
    os.utime(path, ns=(1, 1))
    assert (Cached(transforms, folder)(dict(sample))['img'] != first['img']).any()
    Cached(transforms, folder)(sample | {'face_box': np.array([0, 0, 8, 9])})
    larger = [transforms[0], {'type': 'ResizeFace', 'size': 12}, transforms[2]]
    assert Cached(larger, folder)(dict(sample))['img'].shape == (12, 12, 3)
    assert len(journal.read_text().split()) == 4
    Cached(larger, folder)(dict(sample))
    assert len(journal.read_text().split()) == 4


def test_other_frames_of_a_clip_are_read(tmp_path: Path) -> None:
    paths = [str(write_image(tmp_path / f'{i}.png', seed=i)) for i in range(4)]
    read = [{'type': 'LoadClip', 'register': False, 'transforms': [TRANSFORMS_OF_A_FACE[0]]}]
    folder, sample = str(tmp_path / 'cache'), {'img_path': paths[3], 'onset_path': paths[0]}
    for change in ({}, {'onset_path': paths[1]}, {'between_paths': (paths[1], paths[2])}):
        expected = Cached(read)(sample | change)['img']
        assert np.array_equal(Cached(read, folder)(sample | change)['img'], expected)


def test_a_changed_frame_of_a_clip_is_read_again(tmp_path: Path) -> None:
    paths = [str(write_image(tmp_path / f'{i}.png', seed=i)) for i in range(3)]
    read = [{'type': 'LoadClip', 'register': False, 'transforms': [TRANSFORMS_OF_A_FACE[0]]}]
    sample = {'img_path': paths[2], 'onset_path': paths[0], 'between_paths': (paths[1],)}
    for number, changed in enumerate(paths):
        before = Cached(read, str(tmp_path / 'cache'))(dict(sample))['img']
        write_image(Path(changed), seed=10 + number)
        os.utime(changed, ns=(number, number))
        assert (Cached(read, str(tmp_path / 'cache'))(dict(sample))['img'] != before).any()


@pytest.mark.parametrize('kind', ['shard', 'record'])
def test_an_image_of_a_packed_file_that_was_written_again_is_read_again(
    tmp_path: Path, kind: str
) -> None:
    pipeline = [Cached(TRANSFORMS_OF_A_FACE, str(tmp_path / 'cache'))]

    def packed(seed: int) -> BaseDataset:
        shutil.rmtree(tmp_path / 'pack', ignore_errors=True)
        if kind == 'record':
            records = [image_record(i, i + 1, jpeg(seed + i)) for i in range(2)]
            write_records(tmp_path / 'pack', records)
            return MSCeleb1M(str(tmp_path / 'pack'), pipeline=pipeline)
        for i in range(2):
            write_image(tmp_path / f'images/train/{i}/a.png', seed + i)
        images = ExpressionFolder(str(tmp_path / 'images'), classes=['0', '1'])
        (tmp_path / 'pack').mkdir()
        list(write_shards(images, tmp_path / 'pack', 'train', 9))
        return ExpressionShards(str(tmp_path / 'pack'), classes=['0', '1'], pipeline=pipeline)

    first = packed(0)[0]['img']
    again = packed(5)
    assert (again[0]['img'] != first).any()
    assert np.array_equal(
        again[0]['img'], Cached(TRANSFORMS_OF_A_FACE)(again.get_data_info(0))['img']
    )


def test_a_cached_result_may_be_changed(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.png')
    cached = Cached(TRANSFORMS_OF_A_FACE, folder=str(tmp_path / 'cache'))
    image = cached({'img_path': str(path)})['img'].copy()
    cached({'img_path': str(path)})['img'][:] = 0
    assert np.array_equal(cached({'img_path': str(path)})['img'], image)


def test_a_packed_sample_is_not_kept_on_disk(tmp_path: Path) -> None:
    steps = [*TRANSFORMS_OF_A_FACE, {'type': 'PackExpression'}]
    cached = Cached(steps, str(tmp_path / 'cache'))
    with pytest.raises(ValueError, match='Put transforms such as PackExpression after Cached'):
        cached({'img_path': str(write_image(tmp_path / 'a.png')), 'gt_label': 0})
