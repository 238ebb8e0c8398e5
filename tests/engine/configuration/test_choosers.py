"""Entries that choose something by the validation, however their types are named."""

import pytest
from mmengine.config import Config
from mmengine.hooks import CheckpointHook as MMEngineCheckpointHook
from mmengine.hooks import EarlyStoppingHook

from mmfer.engine.configuration.choosers import choosers, dicts_in
from mmfer.registry import register_all_modules

register_all_modules()


@pytest.mark.parametrize(
    'kind',
    ['CheckpointHook', 'mmfer.CheckpointHook', 'mmengine.CheckpointHook', MMEngineCheckpointHook],
)
def test_checkpoint_hooks(kind: object) -> None:
    hooks = dict(best=dict(type=kind, save_best='auto'), plain=dict(type=kind), none=None)
    assert choosers(Config(dict(default_hooks=hooks))) == ["default_hooks.best.save_best='auto'"]


@pytest.mark.parametrize('kind', ['mmengine.EarlyStoppingHook', EarlyStoppingHook])
def test_early_stops_and_plateaus(kind: object) -> None:
    config = Config(
        dict(
            custom_hooks=[dict(type='WarmStartHook'), dict(type=kind)],
            param_scheduler=[dict(type='MultiStepLR'), dict(type='ReduceOnPlateauLR')],
        )
    )
    assert choosers(config) == [
        'custom_hooks[1] (EarlyStoppingHook)',
        'param_scheduler (ReduceOnPlateauLR)',
    ]
    assert choosers(Config(dict(custom_hooks=None, param_scheduler=None))) == []


def test_all_dictionaries_of_a_tree() -> None:
    tree = dict(a=[dict(b=1), [dict(c=dict(d=2))]], e=3)
    assert list(dicts_in(tree)) == [tree, dict(b=1), dict(c=dict(d=2)), dict(d=2)]
