"""Pruning of a trained model, with a config for fine-tuning."""

from collections.abc import Mapping
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.apis.loading import build_model, read_config
from mmfer.engine.benchmark import input_shape
from mmfer.engine.checkpoint import write_checkpoint
from mmfer.engine.configuration.entry_types import is_type
from mmfer.engine.hooks import ChannelPruningHook
from mmfer.engine.pruning import PruningReport, channel_record, prune_model
from mmfer.engine.trained_models.content import load_weights
from mmfer.registry import register_all_modules


def prune_checkpoint(
    config: str | Path,
    checkpoint: str | Path,
    out: str | Path,
    ratio: float,
    round_to: int = 1,
    size: int | None = None,
    options: Mapping[str, Any] | None = None,
    criterion: str | None = None,
    seed: int = 0,
) -> PruningReport:
    """Prune a checkpoint and write the result with a config.

    The names of the files contain the name of the config, the ratio and, if one is given, the
    criterion: ``rald_r18_rafdb_pruned50.pth`` and ``.py``, ``..._pruned50-random.pth``. The new
    config contains the whole given config, sets ``load_from`` to the pruned checkpoint and has no
    sparsity training. Training with the new config is the fine-tuning; the new config also tests
    the pruned checkpoint and later checkpoints.

    Args:
        config: A config file.
        checkpoint: Weights trained with the config; they may be pruned already.
        out: The output folder; it is created if missing.
        ratio, round_to: See :func:`mmfer.engine.pruning.prune_model`.
        size: Height and width in pixels of the images for which FLOPs are counted; the default is
            the ``image_size`` of the config, or else 224.
        options: Entries of the config to replace, as ``--cfg-options`` does.
        criterion, seed: See :func:`mmfer.engine.pruning.prune_model`.

    Raises:
        FileNotFoundError: If the config or the checkpoint does not exist.
        ValueError: If the config or the checkpoint cannot be read, or they do not fit each other,
            the ratio is not between 0 and 1, the size is below 1, or nothing can be pruned.
    """
    if size is not None and size < 1:
        raise ValueError(f'size {size}: give the side of the images in pixels, 1 or more.')
    cfg = read_config(config, options)
    register_all_modules()
    with DefaultScope.overwrite_default_scope('mmfer'):
        model = build_model(cfg)
    meta = load_weights(model, checkpoint)
    meta = {name: value for name, value in meta.items() if name != 'calibration'}  # no longer fits
    size = cfg.get('image_size', 224) if size is None else size
    images = torch.zeros(1, *input_shape(model, size))
    report = prune_model(model, images, ratio, round_to, criterion=criterion, seed=seed)

    out, name = Path(out), pruned_name(config, ratio, criterion)
    content = BytesIO()
    torch.save(
        {'meta': meta, 'state_dict': model.state_dict(), 'pruning': channel_record(model)}, content
    )
    write_checkpoint(out / f'{name}.pth', content.getvalue())
    finetuning_config(cfg, out / f'{name}.pth').dump(out / f'{name}.py')
    return report


def pruned_name(config: str | Path, ratio: float, criterion: str | None = None) -> str:
    """The name, without suffix, of the files of a pruned network.

    Example:
        >>> pruned_name('configs/rald/rald_r18_ferplus.py', 0.4)
        'rald_r18_ferplus_pruned40'
        >>> pruned_name('configs/rald/rald_r18_ferplus.py', 0.4, 'random')
        'rald_r18_ferplus_pruned40-random'
    """
    ending = f'-{criterion}' if criterion else ''
    return f'{Path(config).stem}_pruned{100 * ratio:g}{ending}'


def finetuning_config(config: Config, checkpoint: Path) -> Config:
    """A config that starts from a pruned checkpoint, without further pruning."""
    config = deepcopy(config)
    config.load_from, config.resume = str(checkpoint.absolute()), False
    config.custom_hooks = [
        hook for hook in config.get('custom_hooks', []) if not is_type(hook, ChannelPruningHook)
    ]
    for name, hook in list(config.get('default_hooks', {}).items()):
        if is_type(hook, ChannelPruningHook):
            config.default_hooks.pop(name)
    return config
