"""A training whose penalty is a proximal step."""

from pathlib import Path

import torch

from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.pruning.penalty import batch_norm_scales
from tests.engine.hooks.pruning_lines import pruning
from tests.engine.hooks.test_channel_pruning_hook import assert_same
from tests.helpers import tiny_config


def test_a_proximal_penalty_makes_zeros(image_folder: Path, tmp_path: Path) -> None:
    extra = pruning(2, ratio=None, epoch=None, penalty=dict(travel=3.0), proximal=True)
    runner = train(tiny_config(tmp_path, image_folder, extra=extra))
    scales = torch.cat(list(batch_norm_scales(runner.model).values()))
    assert (scales == 0).all()


def test_a_training_for_a_later_pruning_ends_at_the_share(
    image_folder: Path, tmp_path: Path
) -> None:
    extra = pruning(2, ratio=None, epoch=None, penalty=dict(travel=3.0), proximal=True, share=0.25)
    runner = train(tiny_config(tmp_path, image_folder, extra=extra))
    scales = torch.cat(list(batch_norm_scales(runner.model).values()))
    assert 0.2 < (scales == 0).float().mean() < 0.3


def test_a_proximal_penalty_with_a_share_goes_on_in_a_resumed_run(
    image_folder: Path, tmp_path: Path
) -> None:
    options = dict(penalty=dict(travel=3.0), proximal=True, share=0.4, ratio=0.3)
    extra = pruning(4, epoch=3, **options)
    runner = train(tiny_config(tmp_path / 'whole', image_folder, extra=extra))
    before = load_from_disk(str(tmp_path / 'whole' / 'work' / 'epoch_3.pth'))['state_dict']
    norms = [name.removesuffix('.running_mean') for name in before if 'running_mean' in name]
    zero = [before[f'{name}.weight'] == 0 for name in norms]
    assert 0.35 < torch.cat(zero).float().mean() < 0.45
    assert all((before[f'{n}.bias'][z] == 0).all() for n, z in zip(norms, zero, strict=True))
    for epoch in (1, 2, 3):
        resumed = tmp_path / str(epoch)
        checkpoint = str(tmp_path / 'whole' / 'work' / f'epoch_{epoch}.pth')
        train(tiny_config(resumed, image_folder, extra=extra), resume=checkpoint)
        last = Path('work', f'epoch_{runner.max_epochs}.pth')
        assert_same(tmp_path / 'whole' / last, resumed / last)
