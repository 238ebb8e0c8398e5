"""The code on the page about readers runs."""

import re
from pathlib import Path
from typing import Any

import pytest

from mmfer.datasets import ExpressionDataset, FaceDataset
from mmfer.datasets.reader_facts import ReaderFacts
from mmfer.registry import DATASETS
from tests.datasets.disk import write_image

PAGE = Path(__file__).parents[2] / 'docs' / 'write_a_reader.md'


@pytest.fixture(scope='module')
def config() -> dict[str, Any]:
    """Register the reader, and return the config on the page."""
    reader, config = re.findall(r'```python\n(.*?)```', PAGE.read_text('utf-8'), re.DOTALL)
    lines = [line for line in reader.splitlines() if line and not line.startswith('from ')]
    assert len(lines) <= 10
    names: dict[str, Any] = {}
    exec(compile(reader + config, str(PAGE), 'exec'), names)
    return names['dataset']


def test_the_reader_of_the_page_loads(
    config: dict[str, Any], tmp_path: Path, log: list[str]
) -> None:
    for part in ('train', 'test'):
        for name in ('calm_1.png', 'Crying_2.jpg'):
            write_image(tmp_path / 'mine' / part / name)
    write_image(tmp_path / 'mine/train/._calm_1.png')
    options = {'data_root': str(tmp_path / 'mine'), 'pipeline': [{'type': 'LoadExpressionImage'}]}
    for part in ('train', 'test'):
        data = DATASETS.build({**config, **options, 'split': part})
        assert sorted(data.get_gt_labels()) == [0, 1]
        assert data[0]['img'].shape == (16, 20, 3)
    assert any('1 left out: 1 hidden' in message for message in log)
    write_image(tmp_path / 'mine/train/angry_3.png')
    with pytest.raises(ValueError, match='"angry" is not a class'):
        DATASETS.build({**config, **options})


def test_the_reader_reports_a_missing_data_set(config: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='named faces was not found'):
        DATASETS.build({**config, 'data_root': str(tmp_path / 'no')})
    with pytest.raises(FileNotFoundError, match='There is no folder ".*train"'):
        DATASETS.build({**config, 'data_root': str(tmp_path)})
    write_image(tmp_path / 'train' / 'calm_1.png')
    with pytest.raises(ValueError, match='No image of 1 classes .*: crying'):
        DATASETS.build({**config, 'data_root': str(tmp_path)})


def test_the_page_lists_all_members_of_a_reader() -> None:
    text = PAGE.read_text('utf-8')
    names = {
        name
        for kind in (ReaderFacts, FaceDataset, ExpressionDataset)
        for name in (*vars(kind), *vars(kind).get('__annotations__', {}))
        if name.isupper() and name != 'METAINFO'
    }
    assert names and [name for name in sorted(names) if f'`{name}`' not in text] == []
