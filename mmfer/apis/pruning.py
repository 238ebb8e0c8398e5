"""A trained model made smaller, with a config to go on with."""

from copy import deepcopy
from io import BytesIO
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.apis.loading import build_model, load_weights, read_config
from mmfer.engine.benchmark import input_shape
from mmfer.engine.checkpoint import write_checkpoint
from mmfer.engine.pruning import PruningReport, channel_record, prune_model
from mmfer.registry import register_all_modules


def prune_checkpoint(
    config: str | Path,
    checkpoint: str | Path,
    out: str | Path,
    ratio: float,
    round_to: int = 1,
    size: int | None = None,
) -> PruningReport:
    """Prune a checkpoint and write it with its config.

    The files are named after the config and the share: ``rald_r18_rafdb_pruned50.pth`` and
    ``.py``. The config is the given one, complete, with ``load_from`` the pruned checkpoint and
    without sparsity training. Training it is the fine-tuning; testing it with the checkpoint, or
    with a later one, needs nothing else.

    Args:
        config: A config file.
        checkpoint: Weights trained with it; they may be pruned already.
        out: A folder, made if it is not there.
        ratio, round_to: See :func:`mmfer.engine.pruning.prune_model`.
        size: Height and width in pixels of the images that FLOPs are counted for; by default the
            config's ``image_size``, else 224.

    Raises:
        FileNotFoundError: If the config or the checkpoint is not there.
        ValueError: If one can not be read, they do not fit each other, the ratio is not between 0
            and 1, or nothing can be pruned.
    """
    cfg = read_config(config)
    register_all_modules()
    with DefaultScope.overwrite_default_scope('mmfer'):
        model = build_model(cfg)
    meta = load_weights(model, checkpoint)
    size = size or cfg.get('image_size', 224)
    report = prune_model(model, torch.zeros(1, *input_shape(model, size)), ratio, round_to)

    out, name = Path(out), f'{Path(config).stem}_pruned{round(100 * ratio)}'
    content = BytesIO()
    torch.save(
        {'meta': meta, 'state_dict': model.state_dict(), 'pruning': channel_record(model)}, content
    )
    write_checkpoint(out / f'{name}.pth', content.getvalue())
    finetuning_config(cfg, out / f'{name}.pth').dump(out / f'{name}.py')
    return report


def finetuning_config(config: Config, checkpoint: Path) -> Config:
    """A config that starts from a pruned checkpoint and prunes no more."""
    config = deepcopy(config)
    config.load_from, config.resume = str(checkpoint.absolute()), False
    config.custom_hooks = [
        hook for hook in config.get('custom_hooks', []) if hook['type'] != 'ChannelPruningHook'
    ]
    return config
