"""Entries that choose something by the validation, however their types are named."""

import pytest
from mmengine.config import Config
from mmengine.hooks import CheckpointHook as MMEngineCheckpointHook
from mmengine.hooks import EarlyStoppingHook

from mmfer.engine.configuration.choosers import check_choosers, choosers, dicts_in
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


BEST = dict(default_hooks=dict(checkpoint=dict(type='CheckpointHook', save_best='auto')))


@pytest.mark.parametrize(
    ('loop', 'val_cfg', 'reason'),
    [
        (dict(max_epochs=2), None, 'has no val_cfg'),
        (dict(max_epochs=2, val_begin=3), dict(), 'has val_begin=3 of 2'),
        (dict(max_iters=9, val_begin=10), dict(), 'has val_begin=10 of 9'),
        (dict(max_epochs=2, val_begin=2), dict(), None),
        (dict(max_iters=9), dict(), None),
    ],
)
def test_a_choice_by_a_validation_that_never_runs(
    loop: dict, val_cfg: dict | None, reason: str | None, log: list[str]
) -> None:
    cfg = Config(dict(BEST, train_cfg=loop, val_cfg=val_cfg))
    if reason is None:
        check_choosers(cfg, True)
    else:
        with pytest.raises(ValueError, match=rf"save_best='auto' chooses .*: the config {reason}"):
            check_choosers(cfg, True)
    assert log == []
    check_choosers(Config(dict(train_cfg=loop, val_cfg=val_cfg)), True)


def test_without_validation_on_request_the_log_names_the_choice(log: list[str]) -> None:
    check_choosers(Config(dict(BEST, train_cfg=dict(max_epochs=2), val_cfg=None)), False)
    assert log == ["Without validation, default_hooks.checkpoint.save_best='auto' has no effect."]


def test_all_dictionaries_of_a_tree() -> None:
    tree = dict(a=[dict(b=1), [dict(c=dict(d=2))]], e=3)
    assert list(dicts_in(tree)) == [tree, dict(b=1), dict(c=dict(d=2)), dict(d=2)]
