"""Checks before the first step of a training."""

import inspect
from collections.abc import Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.dataset import InfiniteSampler, pseudo_collate
from mmengine.hooks import CheckpointHook
from mmengine.runner import BaseLoop, CheckpointLoader, Runner
from torch.nn.modules.batchnorm import _BatchNorm

from mmfer.datasets.wrapped import each_sample_once
from mmfer.engine.checkpoint import last_checkpoint
from mmfer.engine.configuration.config_text import flat_entries, read_values
from mmfer.engine.configuration.entry_types import classes_named
from mmfer.engine.feature_bank import unwrap
from mmfer.engine.rank_state import random_state, set_random_state
from mmfer.protocols import AttendsToSupport, predicts_attributes

ACCUMULATE = 'optim_wrapper.accumulative_counts'
KEPT = ('param_scheduler', 'optim_wrapper.optimizer', 'optim_wrapper.paramwise_cfg', ACCUMULATE)
"""Entries that a resumed run takes from the checkpoint instead of the config, or that decide how
many images stand behind a step of the optimizer."""
DEFAULTS = {ACCUMULATE: 1}
"""The values of absent entries."""


def check_epoch(loader: Any) -> None:
    """Check that an epoch has a batch and an end.

    Raises:
        ValueError: If there are fewer images than a batch needs, or the sampler never ends.
    """
    if isinstance(loader.sampler, InfiniteSampler):
        raise ValueError(
            f'{type(loader.sampler).__name__} never ends, so the first epoch would not end. Use '
            "sampler=dict(type='DefaultSampler', shuffle=True) in train_dataloader, or train by "
            'iterations: train_cfg=dict(by_epoch=False, max_iters=...).'
        )
    if len(loader):
        return
    raise ValueError(
        f'An epoch has no batch: all ranks together have {len(loader.dataset)} training images, a '
        f'batch needs {loader.batch_size} on each rank, and incomplete batches are dropped. '
        'Decrease train_dataloader.batch_size, or set train_dataloader.drop_last=False.'
    )


def check_last_batch(runner: Runner) -> None:
    """Check that the model can train on a batch of one image, if the last one or all are so small.

    A batch norm needs more than one value for each channel, but maps may have a single position
    or none. A copy of the model is tried on one image; the random generators are not changed.

    Raises:
        ValueError: If the model cannot.
    """
    loader = runner.train_loop.dataloader
    size, images = loader.batch_size, len(loader.sampler)
    whole = loader.drop_last or isinstance(loader.sampler, InfiniteSampler)
    if size is None or (size > 1 and (whole or images % size != 1)):
        return
    network = unwrap(runner.model)
    if not any(isinstance(module, _BatchNorm) for module in network.modules()):
        return
    before = random_state()
    try:
        copied = deepcopy(network).train()
        batch = copied.data_preprocessor(pseudo_collate([loader.dataset[0]]), True)
        copied(**batch, mode='loss')
    except ValueError as error:
        if 'more than 1 value per channel' not in str(error):
            return  # what only the first step can tell, as a teacher that is not loaded yet
        which, remedy = 'The last batch of an epoch', 'drop_last=True, or another batch_size'
        if size == 1:
            which, remedy = 'A batch', 'batch_size=2 or more, and drop_last=True'
        raise ValueError(
            f'{which} has one image on each rank ({images} images in batches of {size}), and a '
            f'batch norm on maps of one position needs two. Set train_dataloader.{remedy}.'
        ) from error
    finally:
        set_random_state(before)


def check_mixing(runner: Runner) -> None:
    """Check that mixup and its like get images whose attributes are all known.

    A mixed image has shares of the attributes of two images, but the ``attribute_mask`` of one of
    them, so an unknown attribute of the other would count as absent.

    Raises:
        ValueError: If an attribute of an image is unknown.
    """
    network = unwrap(runner.model)
    augments = getattr(network.data_preprocessor, 'batch_augments', None)
    if augments is None or not predicts_attributes(network):
        return
    samples = each_sample_once(runner.train_loop.dataloader.dataset)
    for i in range(len(samples)):
        info = samples.get_data_info(i)
        if not np.all(info.get('attribute_mask', True)):
            raise ValueError(
                f'Attributes of "{info.get("img_path")}" are unknown. In a mixture with another '
                'image they would count as absent. Remove batch_augments from data_preprocessor.'
            )


def check_custom_keys(runner: Runner) -> None:
    """Check that each key of ``optim_wrapper.paramwise_cfg.custom_keys`` matches a weight.

    mmengine gives the options of a key to all parameters whose name contains the key, and ignores
    a key that matches none. A buffer's name counts here, too: the same config may keep its centers
    as parameters or as buffers.

    Raises:
        ValueError: If a key matches no weight, or has an option that nothing reads.
    """
    wrapper = runner.cfg.get('optim_wrapper') or {}
    if not isinstance(wrapper, Mapping) or 'constructor' in wrapper:
        return
    names = list(unwrap(runner.model).state_dict())  # with centers that no gradient moves
    kinds = classes_named((wrapper.get('optimizer') or {}).get('type'))
    read = {'lr_mult', 'decay_mult'}.union(*(inspect.signature(kind).parameters for kind in kinds))
    for key, options in (wrapper.get('paramwise_cfg') or {}).get('custom_keys', {}).items():
        unknown = [option for option in options if kinds and option not in read]
        if unknown:
            raise ValueError(
                f'optim_wrapper.paramwise_cfg.custom_keys.{key}: nothing reads "{unknown[0]}". '
                f'Give {" or ".join(get_close_matches(unknown[0], sorted(read)) or ["lr_mult"])}.'
            )
        if any(key in name for name in names):
            continue
        parts = sorted({part for name in names for part in name.split('.') if not part.isdigit()})
        close = get_close_matches(key, parts, cutoff=0.7)
        hint = f'Did you mean {" or ".join(close)}?' if close else f'Such as "{names[0]}".'
        raise ValueError(
            f'optim_wrapper.paramwise_cfg.custom_keys: no weight of the model has "{key}" in '
            f'its name. {hint}'
        )


def check_best(runner: Runner) -> None:
    """Check that the validation gives the measures of ``save_best``.

    Metrics of mmfer list their ``measures``; for metrics of other libraries, only the prefix is
    known.

    Raises:
        ValueError: If no metric gives the measure.
    """
    if not isinstance(runner.val_loop, BaseLoop):
        return
    measures: set[str] = set()
    prefixes: tuple[str, ...] = ()
    for metric in runner.val_loop.evaluator.metrics:
        before = f'{metric.prefix}/' if metric.prefix else ''
        if isinstance(getattr(metric, 'measures', None), list | tuple):
            measures.update(f'{before}{name}' for name in metric.measures)
        else:
            prefixes += (before,)
    for hook in runner.hooks:
        best = getattr(hook, 'save_best', None) if isinstance(hook, CheckpointHook) else None
        for name in [best] if isinstance(best, str) else best or []:
            if name == 'auto' or name in measures or name.startswith(prefixes):
                continue
            names = sorted({*measures, *(f'{prefix}...' for prefix in prefixes)})
            close = get_close_matches(name, names, n=1, cutoff=0.7)
            hint = f' Did you mean {close[0]}?' if close else ''
            raise ValueError(
                f'save_best={name!r} is not a measure of the validation.{hint} val_evaluator gives '
                f'{", ".join(names)}.'
            )


def check_support(runner: Runner) -> None:
    """Check that the validation of a new training will have a support set.

    Raises:
        ValueError: If the model attends to a support set, but nothing makes one.
    """
    validates = isinstance(runner.val_loop, BaseLoop) and not runner._load_from
    makers = tuple(classes_named('EvalContextHook'))
    if not validates or any(isinstance(hook, makers) for hook in runner.hooks):
        return
    for name, module in unwrap(runner.model).named_modules():
        support = isinstance(module, AttendsToSupport) and module.context == 'support'
        if support and not len(module.support_features):
            raise ValueError(
                f"model.{name} has context='support', but nothing makes a support set, so the "
                'first validation would fail. Add default_hooks.eval_context=dict(type='
                f"'EvalContextHook') to the config, or set model.{name}.context='self'."
            )


def check_resume(cfg: Config) -> None:
    """Check that the schedule and the optimizer of a resumed run did not change.

    Both continue from the state in the checkpoint, so another length of a one-cycle schedule, other
    milestones or another learning rate would have no effect. Another ``accumulative_counts`` would
    take effect, and change the size of the batch behind a step in the middle of the schedule.

    Raises:
        ValueError: If the schedule or the optimizer differs from the config in the checkpoint, or
            the checkpoint has no optimizer.
    """
    path = cfg.get('load_from') or last_checkpoint(cfg.work_dir)
    if path is None:
        return
    checkpoint = CheckpointLoader.load_checkpoint(str(path), map_location='cpu')
    if 'optimizer' not in checkpoint:
        raise ValueError(
            f'"{path}" cannot be resumed, because it has no state of an optimizer, as best_*.pth '
            'and published files. Resume with epoch_*.pth, or start a new run from the weights, '
            f'without --resume: --cfg-options load_from={path}.'
        )
    text = (checkpoint.get('meta') or {}).get('cfg')
    if not isinstance(text, str):
        return
    old = DEFAULTS | flat_entries(read_values(text))
    new = DEFAULTS | flat_entries(read_values(cfg.pretty_text))
    changed = [
        f'{key} ({old.get(key, "none")} in the checkpoint, {new.get(key, "none")} now)'
        for key in sorted({*old, *new})
        if key.startswith(KEPT) and old.get(key) != new.get(key)
    ]
    if changed:
        raise ValueError(
            f'"{path}" cannot be resumed with a change of {", ".join(changed)}: a resumed run '
            'continues the schedule and the optimizer of its checkpoint. Resume with the previous '
            'settings, or start a new run from the weights, in another work directory and without '
            f'--resume: --cfg-options load_from={path}.'
        )
