"""Sparsity training, pruning and fine-tuning in one run, also in an interrupted run."""

import json
import signal
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.hooks import ChannelPruningHook
from mmfer.registry import HOOKS
from tests.engine.hooks.processes import train_in_process
from tests.engine.hooks.pruning_lines import pruning
from tests.engine.hooks.toy import rald_config
from tests.helpers import tiny_config, write_config

FINETUNE = dict(
    optim_wrapper=dict(optimizer=dict(_delete_=True, type='Adam', lr=0.002)),
    param_scheduler=dict(type='CosineAnnealingLR'),
)


def tensors(path: Path) -> dict[str, Tensor]:
    """All numbers of a checkpoint that determine the rest of the training."""
    checkpoint = load_from_disk(str(path))
    states = {
        f'optimizer.{index}.{name}': torch.as_tensor(value)
        for index, state in checkpoint['optimizer']['state'].items()
        for name, value in state.items()
    }
    rates = torch.tensor([group['lr'] for group in checkpoint['optimizer']['param_groups']])
    average = {f'average.{k}': v for k, v in checkpoint.get('ema_state_dict', {}).items()}
    return {**checkpoint['state_dict'], **states, **average, 'rates': rates}


def assert_same(expected: Path, found: Path) -> None:
    first, second = tensors(expected), tensors(found)
    assert first.keys() == second.keys()
    assert not [name for name in first if not torch.equal(first[name], second[name])]


def width(path: Path) -> int:
    return len(load_from_disk(str(path))['state_dict']['backbone.layer4.1.bn1.weight'])


@HOOKS.register_module()
class WatchingHook(Hook):
    """Records the state of the training in each epoch."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        if batch_idx:
            return
        optimizer = runner.optim_wrapper.optimizer
        held = {id(p) for group in optimizer.param_groups for p in group['params']}
        self.seen.append(
            {
                'lr': optimizer.param_groups[0]['lr'],
                'kind': type(optimizer).__name__,
                'penalized': bool(optimizer._optimizer_step_pre_hooks),
                'held': held == {id(p) for p in runner.model.parameters()},
                'fresh': not optimizer.state,
                'width': runner.model.backbone.layer4[1].bn1.num_features,
            }
        )


def watched(folder: Path, data: Path, extra: str, **options: Any) -> tuple[Runner, dict[str, list]]:
    runner = train(tiny_config(folder, data, extra=extra), **options)
    (hook,) = (hook for hook in runner.hooks if isinstance(hook, WatchingHook))
    return runner, {key: [row[key] for row in hook.seen] for key in hook.seen[0]}


def test_one_run_is_sparse_then_pruned_then_fine_tuned(image_folder: Path, tmp_path: Path) -> None:
    extra = pruning(4, ({'type': 'WatchingHook'},))
    _, seen = watched(tmp_path, image_folder, extra)
    assert seen['penalized'] == [True, True, False, False]
    assert seen['fresh'] == [True, False, True, False]
    assert seen['held'] == [True] * 4
    assert seen['width'][:2] == [64, 64]
    assert seen['width'][2] < 64 and len(set(seen['width'][2:])) == 1
    # The schedule goes on.
    assert seen['lr'] == pytest.approx([0.01, 0.001, 0.001, 0.0001])
    assert seen['kind'] == ['SGD'] * 4


def test_schedule_of_the_fine_tuning(image_folder: Path, tmp_path: Path) -> None:
    extra = pruning(5, ({'type': 'WatchingHook'},), epoch=1, finetune=FINETUNE)
    _, seen = watched(tmp_path / 'whole', image_folder, extra)
    # Half a cosine over the four epochs from the pruning on.
    cosine = [0.002 * (1 + np.cos(np.pi * i / 4)) / 2 for i in range(4)]
    assert seen['lr'] == pytest.approx([0.01, *cosine])
    assert seen['kind'] == ['SGD'] + ['Adam'] * 4
    checkpoint = tmp_path / 'whole' / 'work' / 'epoch_3.pth'
    _, resumed = watched(tmp_path / 'resumed', image_folder, extra, resume=str(checkpoint))
    assert resumed['lr'] == pytest.approx(cosine[2:])
    assert_same(
        tmp_path / 'whole' / 'work' / 'epoch_5.pth', tmp_path / 'resumed' / 'work' / 'epoch_5.pth'
    )


@pytest.fixture(scope='module')
def unbroken(image_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('unbroken')
    config = write_config(folder / 'tiny.py', image_folder, pruning())
    assert train_in_process(config, folder / 'work') == [0]
    return folder / 'work'


@pytest.mark.parametrize(
    ('epoch', 'iteration', 'pruned'),
    [(1, 1, False), (2, None, False), (2, 1, False), (3, 1, True)],
    ids=['before', 'saved, not pruned', 'in the first epoch after', 'after'],
)
def test_killed_and_resumed_run_ends_with_the_same_weights(
    epoch: int,
    iteration: int | None,
    pruned: bool,
    image_folder: Path,
    unbroken: Path,
    tmp_path: Path,
) -> None:
    killer = {'type': 'KillerHook', 'epoch': epoch, 'iteration': iteration}
    deadly = write_config(tmp_path / 'deadly.py', image_folder, pruning(hooks=(killer,)))
    work = tmp_path / 'work'
    assert train_in_process(deadly, work) == [-signal.SIGKILL]
    last = work / f'epoch_{epoch}.pth'
    assert (work / 'last_checkpoint').read_text() == str(last)
    assert (width(last) < 64) == pruned == ('pruning' in load_from_disk(str(last)))
    config = write_config(tmp_path / 'tiny.py', image_folder, pruning())
    assert train_in_process(config, work, resume=True) == [0]
    assert width(work / 'epoch_4.pth') < 64
    assert_same(unbroken / 'epoch_4.pth', work / 'epoch_4.pth')


def test_two_ranks_end_with_equal_weights_also_when_resumed(
    image_folder: Path, tmp_path: Path
) -> None:
    extra = "train_dataloader['batch_size'] = 2\n" + pruning(epochs=3, epoch=1)
    config = write_config(tmp_path / 'tiny.py', image_folder, extra)
    work = tmp_path / 'work'
    assert train_in_process(config, work, ranks=2) == [0, 0]
    ranks = [load_from_disk(str(work / f'rank{rank}.pth')) for rank in (0, 1)]
    assert not [name for name in ranks[0] if not torch.equal(ranks[0][name], ranks[1][name])]
    assert width(work / 'epoch_3.pth') < 64
    left = tmp_path / 'left'
    left.mkdir()
    (left / 'last_checkpoint').write_text(str(work / 'epoch_2.pth'))
    assert train_in_process(config, left, resume=True, ranks=2) == [0, 0]
    assert_same(work / 'epoch_3.pth', left / 'epoch_3.pth')


def test_pruning_works_with_other_hooks(image_folder: Path, tmp_path: Path) -> None:
    """Hooks that hold or change the network, and gradients of several iterations."""
    others = (
        {'type': 'EMAHook', 'momentum': 0.1, 'update_buffers': True},
        {'type': 'ChannelsLastHook'},
        {'type': 'WarmStartHook', 'epochs': 1},
    )
    extra = pruning(hooks=others) + "optim_wrapper['accumulative_counts'] = 3\n"
    whole, resumed = tmp_path / 'whole', tmp_path / 'resumed'
    runner = train(tiny_config(whole, image_folder, extra=extra))
    assert runner.model.backbone.layer1[0].conv2.weight.is_contiguous(
        memory_format=torch.channels_last
    )
    for epoch in (2, 3):
        checkpoint = whole / 'work' / f'epoch_{epoch}.pth'
        train(tiny_config(resumed, image_folder, extra=extra), resume=str(checkpoint))
        assert_same(whole / 'work' / 'epoch_4.pth', resumed / 'work' / 'epoch_4.pth')


def test_rald_is_pruned(tmp_path: Path) -> None:
    """RALD has no support set before the first checkpoint, and keeps its bank."""
    others = (
        {'type': 'WarmStartHook', 'epochs': 1},
        {'type': 'LabelDistributionHook', 'neighbors': 'bank', 'start': 1},
    )
    extra = pruning(3, others).replace('default_hooks = dict(', 'default_hooks.update(')
    for name in ('whole', 'resumed'):
        folder = tmp_path / name
        folder.mkdir()
        cfg = rald_config(folder, f"experiment_name = 'pruned-{name}'\n{extra}")
        train(cfg, resume=name == 'resumed' and str(tmp_path / 'whole' / 'work' / 'epoch_2.pth'))
    last = tmp_path / 'whole' / 'work' / 'epoch_3.pth'
    assert width(last) < 64
    assert_same(last, tmp_path / 'resumed' / 'work' / 'epoch_3.pth')


def test_log(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder, extra=pruning(3))
    train(cfg)
    (folder,) = (tmp_path / 'work').glob('*/vis_data')
    figures = sorted((folder / 'vis_image').glob('scales_*.png'))
    assert [figure.name for figure in figures] == ['scales_1.png', 'scales_2.png']
    assert cv2.imread(str(figures[0])).shape[2] == 3
    rows = [json.loads(line) for line in (folder / 'scalars.json').read_text().splitlines()]
    shown = [row for row in rows if 'scales/small' in row]
    assert [row['step'] for row in shown] == [1, 2]
    state = load_from_disk(str(tmp_path / 'work' / 'epoch_2.pth'))['state_dict']
    scales = np.concatenate(
        [state[f'{name[:-13]}.weight'].numpy() for name in state if name.endswith('running_mean')]
    )
    assert shown[1]['scales/mean'] == pytest.approx(np.abs(scales).mean(), rel=1e-5)
    assert shown[1]['scales/small'] == pytest.approx((np.abs(scales) < 0.01).mean())
    (log,) = (tmp_path / 'work').glob('*/*.log')
    assert 'Pruned before epoch 3:' in log.read_text()


def test_the_best_checkpoint_is_pruned(image_folder: Path, tmp_path: Path) -> None:
    extra = pruning(2, epoch=1) + "default_hooks['checkpoint']['save_best'] = 'accuracy/top1'\n"
    train(tiny_config(tmp_path, image_folder, extra=extra))
    (best,) = (tmp_path / 'work').glob('best_*.pth')
    assert best.name.endswith('epoch_2.pth')
    assert width(best) < 64


def test_penalty_without_pruning(image_folder: Path, tmp_path: Path) -> None:
    extra = pruning(2, ({'type': 'WatchingHook'},), ratio=None, epoch=None)
    _, seen = watched(tmp_path, image_folder, extra)
    assert seen['penalized'] == [True] * 2
    assert seen['width'] == [64] * 2


def test_a_penalty_from_its_travel_is_the_same_in_a_resumed_run(
    image_folder: Path, tmp_path: Path
) -> None:
    extra = pruning(3, epoch=2, penalty=dict(travel=1.0), criterion='random')
    config = tiny_config(tmp_path / 'whole', image_folder, extra=extra)
    whole = train(config)
    # Nine iterations at 0.01 and, from the second epoch on, a tenth of it: six before the pruning.
    (hook,) = (h for h in whole.hooks if isinstance(h, ChannelPruningHook))
    assert hook.penalty == pytest.approx(1 / (3 * (0.01 + 0.001) / (1 - 0.9)))
    checkpoint = str(tmp_path / 'whole' / 'work' / 'epoch_1.pth')
    train(tiny_config(tmp_path / 'resumed', image_folder, extra=extra), resume=checkpoint)
    last = Path('work', 'epoch_3.pth')
    assert_same(tmp_path / 'whole' / last, tmp_path / 'resumed' / last)


@pytest.mark.parametrize('options', [dict(share=0.5), dict(share=1.0, proximal=True)])
def test_a_share_without_its_meaning_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match='share of zero scales'):
        ChannelPruningHook(**options)


@pytest.mark.parametrize(
    'penalty',
    [
        -1.0,
        float('nan'),
        float('inf'),
        '1e-4',
        dict(travel=-1),
        dict(travel='a'),
        dict(way=1),
        dict(),
    ],
)
def test_a_wrong_penalty_is_refused(penalty: Any) -> None:
    with pytest.raises(ValueError, match='must be lambda, at least 0, or dict'):
        ChannelPruningHook(penalty=penalty)


def test_pruning_without_penalty(image_folder: Path, tmp_path: Path) -> None:
    extra = pruning(2, ({'type': 'WatchingHook'},), epoch=1, penalty=0, round_to=8)
    _, seen = watched(tmp_path, image_folder, extra)
    assert seen['penalized'] == [False] * 2
    assert seen['width'][1] < 64 and seen['width'][1] % 8 == 0
