"""The data set configs build, and their pipelines give what a model takes."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.labels import LabelTree
from mmfer.registry import DATASETS
from tests.datasets.disk import write_image
from tests.datasets.test_rafdb import write_rafdb
from tests.helpers import ROOT


def write_stand_in(name: str, root: Path) -> int:
    """Two images of each class of each part; returns how many classes there are."""
    if name == 'rafdb':
        write_rafdb(root, per_class=2)
        return 7
    for part in ('train', 'test'):
        for label in LabelTree.load('fgemotions').fine:
            for i in range(2):
                write_image(root / part / label / f'{i}.png')
    return 33


@pytest.mark.parametrize('name', ['fgemotions', 'rafdb'])
def test_a_data_set_config(name: str, tmp_path: Path) -> None:
    classes = write_stand_in(name, tmp_path)
    cfg = Config.fromfile(ROOT / 'configs' / '_base_' / 'datasets' / f'{name}.py')
    assert cfg.data_preprocessor.num_classes == classes
    assert cfg.train_dataloader.dataset.split == 'train'
    assert cfg.test_dataloader.dataset.split == 'test'
    assert cfg.train_dataloader.batch_size == 128
    with DefaultScope.overwrite_default_scope('mmfer'):
        for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
            loader.dataset.data_root = str(tmp_path)
            dataset = DATASETS.build(loader.dataset)
            assert len(dataset) == 2 * classes
            assert len(dataset.metainfo['classes']) == classes
            assert dataset[0]['inputs'].shape == (3, 224, 224)
        cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
        views = DATASETS.build(cfg.test_dataloader.dataset)[0]['inputs']
    assert len(views) == 2
    assert (views[0] == views[1].flip(-1)).all()
