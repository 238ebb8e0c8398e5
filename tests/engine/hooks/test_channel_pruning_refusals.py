"""Options and trainings that ChannelPruningHook refuses."""

from pathlib import Path
from typing import Any

import pytest

from mmfer.engine import train
from mmfer.engine.hooks import ChannelPruningHook
from tests.engine.hooks.pruning_lines import pruning
from tests.helpers import tiny_config


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(penalty=-1), 'penalty=-1 must be lambda, at least 0'),
        (dict(ratio=0.5), 'ratio=0.5 and epoch=None belong together'),
        (dict(epoch=5), 'ratio=None and epoch=5 belong together'),
        (dict(ratio=0, epoch=5), 'ratio=0 must be between 0 and 1'),
        (dict(ratio=1.0, epoch=5), 'ratio=1.0 must be between 0 and 1'),
        (dict(ratio=0.5, epoch=0), 'epoch=0 must be at least 1'),
        (dict(ratio=0.5, epoch=5, round_to=0), 'round_to=0 must be at least 1'),
        (dict(ratio=0.5, epoch=5, floor=1), 'floor=1 at least 0 and below 1'),
        (
            dict(ratio=0.5, epoch=5, finetune=dict(lr=1)),
            'finetune=.* may contain only optim_wrapper',
        ),
        (dict(finetune={}), 'needs a ratio'),
    ],
)
def test_options_out_of_range(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ChannelPruningHook(**options)


NO_NORM = """
model['backbone'] = dict(type='VGG', depth=11, num_classes=-1)
model['head']['in_channels'] = 512
"""
BY_ITERATION = 'train_cfg = dict(by_epoch=False, max_iters=5, val_interval=5)\n'


@pytest.mark.parametrize(
    ('extra', 'message'),
    [
        (pruning(4, epoch=4), 'epoch=4 of ChannelPruningHook leaves no epoch .* of 4'),
        (pruning(ratio=None, epoch=None) + NO_NORM, 'ImageClassifier has no batch norm'),
        (pruning(penalty=0) + NO_NORM, 'can be pruned'),
        (pruning() + BY_ITERATION, 'by epochs'),
        (pruning() + 'compile = True\n', 'Remove `compile`'),
        (pruning(finetune=dict(param_scheduler=dict(type='NoSuch'))), 'NoSuch'),
        (pruning(include=['neck']), r"include=\['neck'\]"),
    ],
)
def test_impossible_settings_are_refused_before_the_training(
    extra: str, message: str, image_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises((ValueError, KeyError), match=message):
        train(tiny_config(tmp_path, image_folder, extra=extra))
    assert not list((tmp_path / 'work').glob('*.pth'))


def test_a_missing_pruned_model_hook_is_refused(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder, extra=pruning())
    cfg.default_hooks.pop('pruned_model')
    with pytest.raises(ValueError, match='need PrunedModelHook'):
        train(cfg)


def test_one_text_is_a_list_of_one() -> None:
    hook = ChannelPruningHook(include='bn1', exclude=['layer4'])
    assert (hook.include, hook.exclude) == (('bn1',), ('layer4',))
