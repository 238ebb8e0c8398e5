import pytest

from mmfer.engine.configuration.schedule import check_schedule, max_epochs, misfits


def config(epochs: int, **entries: object) -> dict:
    return {'train_cfg': {'max_epochs': epochs}, **entries}


def test_entries_that_do_not_match_are_found() -> None:
    cfg = config(
        10,
        param_scheduler=[
            dict(type='OneCycleLR', total_steps=10),
            dict(type='OneCycleLR', total_steps=900, by_epoch=False),
            dict(type='CosineAnnealingLR', T_max=12),
            dict(type='MultiStepLR', milestones=[5, 10]),
            dict(type='MultiStepLR', milestones=[5, 9]),
        ],
        default_hooks=dict(none=None, warm=dict(type='mmfer.WarmStartHook', epochs=9)),
        custom_hooks=[dict(type='ChannelPruningHook', epoch=10)],
    )
    assert misfits(cfg) == {
        'param_scheduler.2.T_max': 12,
        'param_scheduler.3.milestones': [5, 10],
        'custom_hooks.0.epoch': 10,
    }


def test_a_training_by_iterations_has_no_epochs() -> None:
    cfg = {'train_cfg': {'max_iters': 10}, 'param_scheduler': {'milestones': [99]}}
    assert max_epochs(cfg) is None and misfits(cfg) == {} and misfits({}) == {}


def test_a_cycle_shorter_than_the_training_is_refused() -> None:
    check_schedule(config(5, param_scheduler=dict(type='OneCycleLR', total_steps=5)))
    with pytest.raises(ValueError, match=r'total_steps=4 ends before .*max_epochs=5\)\. Give both'):
        check_schedule(config(5, param_scheduler=dict(type='OneCycleLR', total_steps=4)))


def test_restarts_that_end_before_the_training_are_refused() -> None:
    restarts = dict(type='CosineRestartLR', periods=[3, 2])
    check_schedule(config(5, param_scheduler=[restarts]))
    said = r'0\.periods=\[3, 2\] end after 5 epochs.*sum to 6'
    with pytest.raises(ValueError, match=said):
        check_schedule(config(6, param_scheduler=[restarts]))
    check_schedule(config(900, param_scheduler=[dict(restarts, by_epoch=False)]))


def test_a_warm_up_before_restarts_is_refused() -> None:
    warm_up = {'type': 'LinearLR', 'start_factor': 0.05, 'by_epoch': False, 'end': 150}
    restarts = {'type': 'mmengine.CosineRestartLR', 'periods': [2, 2], 'restart_weights': [1, 0.5]}
    cfg = {'train_cfg': {'max_epochs': 4}, 'param_scheduler': [warm_up, restarts]}
    with pytest.raises(ValueError, match=r'param_scheduler.1 .*Put CosineRestartLR first'):
        check_schedule(cfg)
    check_schedule(cfg | {'param_scheduler': [restarts, warm_up]})
    check_schedule(cfg | {'param_scheduler': restarts})
