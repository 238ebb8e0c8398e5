"""Ratios before the first step, from real images."""

import pytest

from mmfer.engine import load_config
from mmfer.engine.experiments.loss_balance import gradient_ratios, start_features
from mmfer.registry import register_all_modules
from tests.helpers import write_config, write_images

HEAD = """
model['head'] = dict(
    type='FeatureLossHead', num_classes=3, in_channels=64,
    feature_losses=[dict(type='CenterLoss', num_classes=3, in_channels=64, loss_weight={weight})])
"""


@pytest.fixture(scope='module')
def config(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp('balance')
    register_all_modules()
    data = write_images(folder / 'data')
    return load_config(write_config(folder / 'config.py', data, HEAD.format(weight=0.5)))


def test_the_ratio_grows_with_the_weight_and_shrinks_with_each_remedy(config) -> None:
    start = start_features(config, count=2, batch_size=6, seed=0)
    assert start.width == 64 and start.length > 0 and len(start.batches) == 2
    head = config.model.head
    found = {
        name: gradient_ratios(head, start, options, seed=0)['center']
        for name, options in {
            'as it is': {},
            'double': dict(loss_weight=1.0),
            'start': dict(start='batch'),
            'width': dict(scale='width'),
            'unit': dict(scale='unit'),
            'warmup': dict(warmup=10),
        }.items()
    }
    plain = found['as it is']
    assert len(plain) == 2 and plain[0] > 0
    assert found['double'] == pytest.approx([2 * ratio for ratio in plain])
    assert found['warmup'] == pytest.approx([plain[0] / 10, plain[1] * 2 / 10])
    for name in ('start', 'width'):
        assert found[name][0] < plain[0], name
    assert found['unit'] != plain


def test_the_same_seed_gives_the_same_features(config) -> None:
    lengths = [start_features(config, 1, 4, seed).length for seed in (0, 0, 1)]
    assert lengths[0] == lengths[1] != lengths[2]


def test_a_head_without_feature_losses_is_refused(config) -> None:
    start = start_features(config, count=1, batch_size=4, seed=0)
    with pytest.raises(ValueError, match='LinearClsHead of the config has no feature_losses'):
        gradient_ratios(dict(type='LinearClsHead'), start, {}, seed=0)
