"""Shards with labels and indices that nobody wrote for them."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from mmfer.datasets.files.tar_shards import ShardSample, read_shard

IMAGE = b'an image'


def write(folder: Path, facts: dict[str, Any]) -> Path:
    path = folder / 'train-0.tar'
    with tarfile.open(path, 'w') as archive:
        for name, content in {'1.png': IMAGE, '1.json': json.dumps(facts).encode()}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def test_an_entry_of_the_json_file_is_no_cls_file(tmp_path: Path) -> None:
    (sample,) = read_shard(write(tmp_path, {'label': 'calm', '.cls': 5}))
    assert sample.facts == {'label': 'calm'}
    with pytest.raises(ValueError, match='the JSON file has no "label"'):
        read_shard(write(tmp_path, {'.cls': 'calm', 'subject': 1}))


@pytest.mark.parametrize(
    ('place', 'value'),
    [(2, -5), (2, 1 << 62), (3, -1), (3, 1 << 40), (3, 1 << 26), (4, {'.cls': 5}), (4, {})],
)
def test_an_index_that_cannot_be_is_made_again(tmp_path: Path, place: int, value: object) -> None:
    path = write(tmp_path, {'label': 'calm'})
    good = read_shard(path)
    assert good == [ShardSample('1', '.png', 512, len(IMAGE), {'label': 'calm'})]
    index = tmp_path / 'train-0.tar.index.json'
    content = json.loads(index.read_text())
    content['samples'][0][place] = value
    index.write_text(json.dumps(content))
    assert read_shard(path) == good
    assert json.loads(index.read_text())['samples'][0][place] != value
