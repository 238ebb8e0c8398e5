"""Data set configs build, and their pipelines produce the inputs of a model."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.datasets.wrapped import readers_of
from mmfer.engine import load_config
from mmfer.labels import AFFECTNET_CLASSES, LabelTree
from mmfer.registry import DATA_SAMPLERS, DATASETS
from tests.datasets.disk import write_image
from tests.datasets.official import (
    write_affectnet_npy,
    write_celeba,
    write_ferplus,
    write_ifer,
    write_pack,
)
from tests.datasets.readers.test_rafdb import write_rafdb
from tests.helpers import ROOT

VOTES = [tuple(10 if k == c else 0 for k in range(10)) for c in range(8)]


def write_fgemotions(root: Path) -> None:
    for part in ('train', 'test'):
        for label in LabelTree.load('fgemotions').fine:
            for i in range(2):
                write_image(root / part / label / f'{i}.png')


WRITERS: dict[str, tuple[Callable[[Path], object], int, tuple[int, int, int]]] = {
    'affectnet': (lambda root: write_affectnet_npy(root, 2), 7, (14, 14, 14)),
    'celeba': (write_celeba, 40, (2, 2, 2)),
    'ferplus': (lambda root: write_ferplus(root, VOTES), 8, (8, 8, 8)),
    'fgemotions': (write_fgemotions, 33, (66, 66, 66)),
    'ifer': (write_ifer, 4, (12, 4, 4)),
    'msceleb': (lambda root: write_pack(root, (0, 0, 0, 1, 1, 1)), 2, (4, 2, 2)),
    'rafdb': (lambda root: write_rafdb(root, per_class=2), 7, (14, 14, 14)),
}
"""How to write each data set, its classes, and its images to train, validate and test on."""


@pytest.mark.parametrize('name', WRITERS)
def test_every_data_set_config_builds(name: str, tmp_path: Path) -> None:
    write, classes, counts = WRITERS[name]
    write(tmp_path)
    cfg = Config.fromfile(ROOT / 'configs' / '_base_' / 'datasets' / f'{name}.py')
    loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
    assert cfg.data_preprocessor.num_classes == (85742 if name == 'msceleb' else classes)
    assert cfg.train_dataloader.dataset.split == 'train'
    assert cfg.test_dataloader.dataset.split == ('val' if name == 'msceleb' else 'test')
    size = 112 if name == 'msceleb' else 224
    with DefaultScope.overwrite_default_scope('mmfer'):
        for loader, count in zip(loaders, counts, strict=True):
            loader.dataset.data_root = str(tmp_path)
            dataset = DATASETS.build(loader.dataset)
            assert len(dataset) == count
            assert len(dataset.metainfo['classes']) == classes
            assert dataset[0]['inputs'].shape == (3, size, size)
            sampler = DATA_SAMPLERS.build({**loader.sampler, 'dataset': dataset})
            assert len(list(sampler)) == count
        cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
        views = DATASETS.build(cfg.test_dataloader.dataset)[0]['inputs']
    assert len(views) == 2
    assert (views[0] == views[1].flip(-1)).all()


def test_every_classifier_has_views_for_tta() -> None:
    folder = ROOT / 'configs'
    tested = 0
    for path in sorted(folder.glob('*/*.py')):
        cfg = None if path.parent.name == '_base_' else load_config(path)
        if cfg is None or path.parent.name == 'landmarker':
            continue
        last = cfg.tta_pipeline[-1]
        steps = readers_of(cfg.test_dataloader.dataset)[0].pipeline
        assert last.type == 'TestTimeAug' and last.transforms[-1][0].type == steps[-1].type, path
        views = len(last.transforms[0])
        assert views == (5 if path.parent.name == 'multi_region' else 2), path
        tested += 1
    assert tested > 40


def test_the_sampler_oversamples_rare_classes() -> None:
    cfg = Config.fromfile(ROOT / 'configs' / 'rald' / 'rald-l_r18_affectnet.py')
    assert cfg.train_dataloader.sampler == {'type': 'ClassBalancedSampler'}
    assert cfg.test_dataloader.sampler == {'type': 'DefaultSampler', 'shuffle': False}
    assert tuple(cfg.model.neck.labels.classes) == AFFECTNET_CLASSES[:7]
