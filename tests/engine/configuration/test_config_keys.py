"""Known entries of a config."""

import pytest

from mmfer.engine.configuration.config_keys import places, unknown_key
from mmfer.registry import register_all_modules

CFG = dict(
    model=dict(type='ImageClassifier', backbone=dict(type='ResNet', depth=18)),
    train_cfg=dict(by_epoch=True, max_epochs=3),
    train_dataloader=dict(batch_size=2, dataset=dict(type='ExpressionFolder', pipeline=[{}])),
    default_hooks=dict(logger=dict(type='LoggerHook')),
    epochs=3,
)


@pytest.fixture(autouse=True)
def components() -> None:
    register_all_modules()


@pytest.mark.parametrize(
    'key',
    [
        'model.backbone.depth',
        'model.backbone.frozen_stages',
        'train_cfg.val_interval',
        'train_dataloader.num_workers',
        'train_dataloader.dataset.pipeline.0',
        'default_hooks.mine',
        'randomness',
        'epochs',
    ],
)
def test_existing_and_possible_entries_are_accepted(key: str) -> None:
    assert unknown_key(CFG, key, 1) is None


@pytest.mark.parametrize(
    ('key', 'said'),
    [
        ('train_cgf.max_epochs', 'a config has no entry "train_cgf". Did you mean train_cfg'),
        ('train_cfg.max_epoch', 'train_cfg takes no "max_epoch". Did you mean max_epochs'),
        ('model.backbone.dpeth', 'model.backbone takes no "dpeth". Did you mean depth'),
        ('zzz', 'a config has no entry "zzz". Known entries: '),
    ],
)
def test_entries_without_effect_give_a_message(key: str, said: str) -> None:
    message = unknown_key(CFG, key, 1)
    assert message is not None and said in message


def test_only_an_existing_hook_can_be_removed() -> None:
    assert unknown_key(CFG, 'default_hooks.logger', None) is None
    message = unknown_key(CFG, 'default_hooks.loger', None)
    assert message is not None and 'Did you mean logger' in message


def test_all_places_of_a_value_are_found() -> None:
    assert list(places(dict(a=[1, dict(b=3)], c=3, d=True), 3)) == ['a.1.b', 'c']
    # True equals 1 in Python, but is another value of a config.
    assert list(places(dict(a=1, d=True), 1)) == ['a']
