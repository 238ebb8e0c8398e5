"""Trainings that are killed in the middle of an epoch, or between two steps of the optimizer."""

import signal
from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook

from mmfer.engine import build_runner, train
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.train_loop import EpochBasedTrainLoop, done_in_epoch, needs_epochs
from tests.engine.hooks.processes import train_in_process
from tests.helpers import tiny_config, write_config

# Three iterations in an epoch of 12 images; the random numbers of the network matter, too.
SETTINGS = """
train_cfg['max_epochs'] = 3
val_cfg = val_dataloader = val_evaluator = None
model['backbone']['drop_path_rate'] = 0.3
train_dataloader['num_workers'] = {workers}
optim_wrapper['accumulative_counts'] = {counts}
default_hooks = dict(checkpoint=dict({checkpoint}))
custom_hooks = [{killer}]
"""
BY_ITERATION = """
train_cfg = dict(by_epoch=False, max_iters=8, val_interval={interval})
param_scheduler = None
model['backbone']['drop_path_rate'] = 0.3
train_dataloader['num_workers'] = {workers}
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=2))
custom_hooks = [{killer}]
"""


def weights(folder: Path, rank: int = 0) -> dict[str, torch.Tensor]:
    return torch.load(folder / f'rank{rank}.pth', weights_only=True)


def run_killed_and_whole(
    folder: Path,
    data: Path,
    killer: str,
    ranks: int = 1,
    text: str = SETTINGS,
    **settings: object,
) -> tuple[Path, Path]:
    """The work directories of a killed and resumed run, and of an uninterrupted one."""
    configs = {}
    for name, hook in (('killed', killer), ('whole', '')):
        extra = text.format(killer=hook, **settings)
        configs[name] = write_config(folder / f'{name}.py', data, extra)
    killed, whole = folder / 'killed', folder / 'whole'
    codes = train_in_process(configs['killed'], killed, ranks=ranks)
    assert codes == [-signal.SIGKILL] * ranks
    assert train_in_process(configs['whole'], killed, resume=True, ranks=ranks) == [0] * ranks
    assert train_in_process(configs['whole'], whole, ranks=ranks) == [0] * ranks
    return killed, whole


def assert_equal(killed: Path, whole: Path, ranks: int = 1) -> None:
    for rank in range(ranks):
        first, second = weights(killed, rank), weights(whole, rank)
        assert first.keys() == second.keys()
        assert [name for name in first if not torch.equal(first[name], second[name])] == []


@pytest.mark.parametrize(('workers', 'counts'), [(0, 1), (2, 1), (0, 4)])
def test_killed_in_the_middle_of_an_epoch(
    image_folder: Path, tmp_path: Path, workers: int, counts: int
) -> None:
    killed, whole = run_killed_and_whole(
        tmp_path,
        image_folder,
        "dict(type='KillerHook', epoch=1, iteration=2)",
        workers=workers,
        counts=counts,
        checkpoint='by_epoch=False, interval=2, max_keep_ckpts=9',
    )
    assert_equal(killed, whole)
    # The checkpoint of iteration 4, the first of the second epoch, was the last one.
    meta = load_from_disk(str(killed / 'iter_4.pth'))['meta']
    assert (meta['epoch'], meta['iter'], meta['epoch_length'], meta['world_size']) == (1, 4, 3, 1)
    assert load_from_disk(str(killed / 'iter_9.pth'))['meta']['iter'] == 9
    logs = ''.join(path.read_text() for path in killed.rglob('*.log'))
    assert 'Continuing epoch 2 after 1 of 3 iterations.' in logs


@pytest.mark.parametrize(('workers', 'ranks'), [(0, 1), (2, 1), (0, 2)])
def test_killed_in_a_training_by_iterations(
    image_folder: Path, tmp_path: Path, workers: int, ranks: int
) -> None:
    # In the second pass through the data: three iterations each, two iterations on two ranks.
    # The checkpoint precedes a validation, which averages the statistics of two ranks.
    killed, whole = run_killed_and_whole(
        tmp_path,
        image_folder,
        "dict(type='KillerHook', epoch=0, iteration=5)",
        ranks,
        BY_ITERATION,
        workers=workers,
        interval=2,
    )
    assert_equal(killed, whole, ranks)
    if ranks > 1:
        return
    validated = write_config(
        tmp_path / 'unvalidated.py',
        image_folder,
        BY_ITERATION.format(killer='', workers=workers, interval=8),
    )
    assert train_in_process(validated, tmp_path / 'other') == [0]
    assert_equal(tmp_path / 'other', whole)


def test_an_endless_sampler_begins_with_the_first_image(image_folder: Path, tmp_path: Path) -> None:
    options = {
        'train_dataloader.num_workers': 2,
        'train_dataloader.sampler.type': 'InfiniteSampler',
        'train_dataloader.sampler.shuffle': False,
    }
    cfg = tiny_config(tmp_path, image_folder, options)
    cfg.train_cfg = dict(by_epoch=False, max_iters=2)
    cfg.default_hooks.checkpoint.by_epoch = False
    cfg.param_scheduler = None
    seen: list[str] = []

    class SeenHook(Hook):
        def before_train_iter(self, runner, batch_idx, data_batch=None):
            seen.extend(sample.img_path for sample in data_batch['data_samples'])

    runner = build_runner(cfg)
    runner.register_hook(SeenHook())
    runner.train()
    dataset = runner.train_dataloader.dataset
    assert seen == [dataset.get_data_info(i)['img_path'] for i in range(8)]


def test_averaged_buffers_of_each_rank_are_restored(image_folder: Path, tmp_path: Path) -> None:
    average = "\ncustom_hooks += [dict(type='EMAHook', momentum=0.1, update_buffers=True)]\n"
    killed, whole = run_killed_and_whole(
        tmp_path,
        image_folder,
        "dict(type='KillerHook', epoch=1, iteration=1)",
        2,
        SETTINGS + average,
        workers=0,
        counts=1,
        checkpoint='by_epoch=False, interval=1',
    )
    assert_equal(killed, whole, 2)
    first, second = weights(whole, 0), weights(whole, 1)
    different = [name for name in first if not torch.equal(first[name], second[name])]
    assert different and all('running_' in name for name in different)  # or nothing is tested


@pytest.mark.parametrize('ranks', [1, 2])
def test_killed_between_two_steps_of_the_optimizer(
    image_folder: Path, tmp_path: Path, ranks: int
) -> None:
    killed, whole = run_killed_and_whole(
        tmp_path,
        image_folder,
        "dict(type='KillerHook', epoch=1)",
        ranks,
        workers=0,
        counts=2 if ranks == 1 else 4,  # two ranks have two iterations in an epoch
        checkpoint='interval=1',
    )
    assert_equal(killed, whole, ranks)
    states = load_from_disk(str(whole / 'epoch_3.pth')).get('ranks')
    assert not states  # the last iteration is always a step
    logs = ''.join(path.read_text() for path in killed.rglob('*.log'))
    assert 'The accumulated gradients of the checkpoint were restored.' in logs


def test_an_epoch_whose_last_iteration_was_saved_is_only_closed(
    image_folder: Path, tmp_path: Path
) -> None:
    options = {'train_cfg.max_epochs': 1, 'default_hooks.checkpoint.by_epoch': False}
    train(tiny_config(tmp_path / 'a', image_folder, options), validate=False)
    last = tmp_path / 'a' / 'work' / 'iter_3.pth'
    options['train_cfg.max_epochs'] = 2
    runner = train(
        tiny_config(tmp_path / 'b', image_folder, options), resume=str(last), validate=False
    )
    assert (runner.epoch, runner.iter) == (2, 6)
    assert isinstance(runner.train_loop, EpochBasedTrainLoop) and done_in_epoch(runner) == 0


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'train_dataloader.batch_size': 2}, r'with 3 iterations in an epoch, but this run has 6,'),
        ({'train_dataloader.dataset.indices': 6}, r'with 3 iterations in an epoch, but .* has 2,'),
    ],
)
def test_a_resumed_run_has_the_same_steps(
    image_folder: Path, tmp_path: Path, options: dict, message: str
) -> None:
    train(tiny_config(tmp_path, image_folder), validate=False)
    cfg = tiny_config(tmp_path, image_folder, {'train_cfg.max_epochs': 2, **options})
    with pytest.raises(ValueError, match=message):
        train(cfg, resume=True, validate=False)


def test_another_number_of_ranks(image_folder: Path, tmp_path: Path) -> None:
    train(tiny_config(tmp_path, image_folder), validate=False)
    path = tmp_path / 'work' / 'epoch_1.pth'
    content = load_from_disk(str(path))
    content['meta']['world_size'] = 4
    torch.save(content, tmp_path / 'four.pth')
    cfg = tiny_config(tmp_path / 'b', image_folder, {'train_cfg.max_epochs': 2})
    with pytest.raises(ValueError, match=r'trained with 4 ranks, but this run has 1, so its sch'):
        train(cfg, resume=str(tmp_path / 'four.pth'), validate=False)


def test_hooks_that_count_epochs(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder)
    cfg.train_cfg = dict(by_epoch=False, max_iters=2)
    cfg.default_hooks.checkpoint.by_epoch = False
    cfg.param_scheduler = None
    runner = train(cfg, validate=False)
    assert done_in_epoch(runner) == 0
    needs_epochs(runner, False, 'WarmStartHook')
    with pytest.raises(ValueError, match=r'WarmStartHook acts at epochs, but this training counts'):
        needs_epochs(runner, True, 'WarmStartHook')
