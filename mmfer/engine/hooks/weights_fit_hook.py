"""Checks that the weights of a checkpoint fit the model."""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner

from mmfer.engine.checkpoints.fit import load_fitting
from mmfer.engine.hooks.network_renewal import classifier_of
from mmfer.registry import HOOKS


@HOOKS.register_module()
class WeightsFitHook(Hook):
    """Refuse a checkpoint whose weights do not fit the model.

    A test and a resumed training need all weights of the model and no others, because a random or
    a forgotten weight would silently change every result. Fine-tuning (``load_from``) needs at
    least one weight that fits; the log lists the others.

    Raises:
        ValueError: If the weights do not fit.

    Example:
        >>> default_hooks = dict(weights_fit=dict(type='WeightsFitHook'))
    """

    # Runs after the network has the channels of a pruned checkpoint, and before other hooks change
    # the weights of the checkpoint.
    priority = 'VERY_HIGH'

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Compare as soon as a checkpoint is read."""
        path = runner._load_from or runner.work_dir
        weights = checkpoint.get('state_dict', checkpoint)
        if not isinstance(weights, Mapping) or not any(map(torch.is_tensor, weights.values())):
            raise ValueError(f'The checkpoint "{path}" holds no named weights.')
        network = classifier_of(runner)
        fit = load_fitting(network, weights)
        if fit.whole:
            return
        finetuning = isinstance(runner._train_loop, BaseLoop) and not runner._resume
        if finetuning and fit.fitting:
            runner.logger.warning(f'Fine-tuning from "{path}": {fit.describe()}.')
            return
        advice = 'Give the config with which the checkpoint was trained.'
        if finetuning:
            advice = (
                'For the weights of a backbone, use init_cfg=dict(type="Pretrained", '
                'checkpoint=...) in the backbone instead of load_from.'
            )
        raise ValueError(
            f'The checkpoint "{path}" does not fit {type(network).__name__}: {fit.describe()}. '
            f'{advice}'
        )
