"""The configs for FERPlus at 48 px, and the table of RALD's forms."""

from pathlib import Path

import cv2
import pytest
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.faces.resizing import resize_square
from mmfer.registry import DATASETS
from tests.configs.tables import table_rows
from tests.configs.test_datasets import VOTES
from tests.datasets.disk import write_image
from tests.datasets.official import write_ferplus
from tests.helpers import ROOT

CONFIGS = ROOT / 'configs'
SMALL = sorted(CONFIGS.glob('*/*_ferplus-48px.py'))


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('ferplus')
    write_ferplus(root, VOTES * 3)
    return root


@pytest.fixture(scope='module')
def rows() -> dict[str, Config]:
    return table_rows('@configs/rald/ablations-ferplus/table.txt')


@pytest.mark.parametrize('path', SMALL, ids=lambda path: path.stem)
def test_three_parts_that_share_no_image(path: Path, data: Path) -> None:
    cfg = load_config(path, options={'data_root': str(data)})
    loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
    with DefaultScope.overwrite_default_scope('mmfer'):
        parts = [DATASETS.build(loader.dataset) for loader in loaders]
        paths = [{part.get_data_info(i)['img_path'] for i in range(len(part))} for part in parts]
    assert [len(one) for one in paths] == [16, 8, 24]
    assert not (paths[0] & paths[1] or paths[0] & paths[2] or paths[1] & paths[2])
    # EfficientNet begins with smaller images than it is tested with.
    sizes = (64, 80, 80) if 'efficientnet' in path.stem else (48, 48, 48)
    for part, size in zip(parts, sizes, strict=True):
        sample = part[0]
        assert sample['inputs'].shape == (3, size, size)
        assert sample['data_samples'].votes.sum() == 10
    assert 'gt_score' in parts[0][0]['data_samples'] and 'gt_score' not in sample['data_samples']
    assert cfg.face_crop.size == 48


@pytest.mark.parametrize(
    'path', sorted(CONFIGS.glob('*/*_ferplus*.py')), ids=lambda path: path.stem
)
def test_any_photograph_is_read_as_the_images_of_ferplus_are(path: Path, tmp_path: Path) -> None:
    photo = write_image(tmp_path / 'photo.png', size=(200, 200))
    reduced = tmp_path / 'reduced.png'
    cv2.imwrite(str(reduced), resize_square(cv2.imread(str(photo)), 48))
    with DefaultScope.overwrite_default_scope('mmfer'):
        read = Compose(load_config(path).test_dataloader.dataset.pipeline)
        from_photo, from_reduced = (
            read({'img_path': str(file), 'gt_label': 0, 'sample_idx': 0})['inputs']
            for file in (photo, reduced)
        )
    assert (from_photo == from_reduced).all()
    assert (from_photo == from_photo[:1]).all()  # gray


def test_other_labels_reach_both_parts_of_the_training_part() -> None:
    options = {'label_mode': 'majority', 'label_source': 'fer2013'}
    cfg = load_config(CONFIGS / 'resnet' / 'resnet18_ferplus-48px.py', options=options)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        assert (loader.dataset.mode, loader.dataset['labels']) == ('majority', 'fer2013')
    assert cfg.test_dataloader.dataset.mode == 'majority'
    assert 'labels' not in cfg.test_dataloader.dataset


def test_the_table_has_each_row_from_each_kind_of_labels(rows: dict[str, Config]) -> None:
    kinds = {'votes': ('probability', 'votes'), 'majority': ('majority', 'votes')}
    kinds['fer2013'] = ('majority', 'fer2013')
    names = {name.partition('/')[2] for name in rows}
    assert set(rows) == {f'{kind}/{name}' for kind in kinds for name in names}
    for name, cfg in rows.items():
        part = cfg.train_dataloader.dataset
        assert (part.mode, part['labels']) == kinds[name.partition('/')[0]]
        assert cfg.val_dataloader.dataset.mode == part.mode
    assert {name for name in names if f'{name}+shuffled' in names} >= {'gate+label_weights'}


def test_rows_have_what_their_names_say(rows: dict[str, Config]) -> None:
    for name, cfg in rows.items():
        kind, _, row = name.partition('/')
        if kind != 'votes':
            continue
        model = build_model(cfg)
        words = row.split('+')
        head, neck = model.head, model.neck
        if 'plain' in words:
            smoothing = head.loss_module.label_smooth_val
            assert smoothing == (0.1 if 'smoothing' in words else 0)
            continue
        every = 'all-forms' in words
        blocks = [part.attention for part in (neck.itrr, neck.hlrr, neck.lgifo) if part is not None]
        assert bool(blocks) == ('nnldl' not in words)
        for block in blocks:
            assert (block.gate is not None) == (every or 'gate' in words)
            assert block.residual == ('printed' not in words)
        assert (head.label_scale is not None) == (every or 'label_weights' in words)
        assert (head.auxiliary is not None) == (every or 'auxiliary' in words)
        assert (head.coarse_loss is not None) == (every or 'coarse' in words)
        shuffled = cfg.model.neck.labels and cfg.model.neck.labels.get('shuffle_seed') is not None
        assert bool(shuffled) == ('shuffled' in words)
        (hook,) = cfg.custom_hooks
        momentum = hook['neighbors'] == 'momentum'
        assert momentum == (every or 'momentum' in words)
        weighting = 'votes' if 'weigh_votes' in words else None
        weighting = 'neighbors' if every or 'weigh_neighbors' in words else weighting
        assert head.neighbor_loss.weighting == weighting
