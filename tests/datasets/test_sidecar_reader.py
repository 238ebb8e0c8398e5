from pathlib import Path
from typing import Any

import pytest

from mmfer.datasets import FaceDataset
from tests.datasets.disk import write_image, write_json


class Two(FaceDataset):
    """A reader of two images in each part."""

    NAME, LAYOUTS, ASK = 'of two', ('<image>',), 'write it yourself.'

    def read_samples(self, part: str) -> list[dict[str, Any]]:
        return [{'img_path': str(self.root / f'{part}{i}.png')} for i in range(2)]


class TwoOfAll(Two):
    ONE_SIDECAR = 'all'


def write(root: Path, sidecar: str) -> None:
    for i in range(2):
        write_image(root / f'train{i}.png')
    data = {
        'alignment': {'method': 'box', 'size': 48},
        'images': [{'id': 0, 'file_name': 'train1.png'}],
        'annotations': [{'image_id': 0, 'category_id': 0, 'identity': 'someone'}],
        'categories': [{'id': 0, 'name': 'face'}],
    }
    write_json(root / sidecar, data)


def subjects(reader: type[Two], root: Path, **options: Any) -> list[Any]:
    data = reader(str(root), metainfo={'classes': ('smile',)}, **options)
    return [data.get_data_info(i).get('subject') for i in range(2)]


@pytest.mark.parametrize(
    ('reader', 'sidecar'), [(Two, 'annotations/train.json'), (TwoOfAll, 'annotations/all.json')]
)
def test_the_sidecar_in_the_folder_is_read(tmp_path: Path, reader: type[Two], sidecar: str) -> None:
    write(tmp_path, sidecar)
    assert subjects(reader, tmp_path) == [None, 'someone']
    assert subjects(reader, tmp_path, sidecar=False) == [None, None]


def test_a_sidecar_at_another_path_is_read(tmp_path: Path) -> None:
    write(tmp_path, 'mine.json')
    assert subjects(Two, tmp_path) == [None, None]
    assert subjects(Two, tmp_path, sidecar=str(tmp_path / 'mine.json')) == [None, 'someone']
    with pytest.raises(FileNotFoundError, match='none.json'):
        subjects(Two, tmp_path, sidecar=str(tmp_path / 'none.json'))


def test_the_alignment_is_part_of_the_data_set(tmp_path: Path) -> None:
    write(tmp_path, 'annotations/train.json')
    data = Two(str(tmp_path), metainfo={'classes': ('smile',)})
    assert data.metainfo['alignment'] == {'method': 'box', 'size': 48}


def test_the_parts_with_a_sidecar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path, 'annotations/train.json')
    reader, common = (
        kind(str(tmp_path), metainfo={'classes': ('smile',)}) for kind in (Two, TwoOfAll)
    )
    assert reader.sidecar_parts() == ('train', 'test') and common.sidecar_parts() == ('all',)
    monkeypatch.setattr(Two, 'OWN_VALIDATION', True)
    assert reader.sidecar_parts() == ('train', 'val', 'test')
    names = [Path(sample['img_path']).name for sample in reader.sidecar_samples('test')]
    assert names == ['test0.png', 'test1.png']
