"""Rebuilding of optimizer and wrappers after a change of the architecture."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from mmengine.config import Config
from mmengine.dist import broadcast_object_list, is_distributed
from mmengine.hooks import EMAHook
from mmengine.model import BaseTTAModel
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmengine.runner.checkpoint import weights_to_cpu
from torch import nn

from mmfer.engine.feature_bank import unwrap
from mmfer.engine.hooks.channels_last_hook import ChannelsLastHook
from mmfer.engine.network import wrapped_anew

Result = TypeVar('Result')


def classifier_of(runner: Runner) -> nn.Module:
    """The network without wrappers for several devices or several views."""
    model = unwrap(runner.model)
    return model.module if isinstance(model, BaseTTAModel) else model


def change_network(runner: Runner, change: Callable[[nn.Module], Result]) -> Result:
    """Change the network of a runner in place, identically on all ranks.

    The distributed wrapper is rebuilt, the network keeps its memory format, and an exponential
    moving average restarts from the changed network.

    Args:
        runner: The runner. Its optimizer still holds the old weights, see :func:`renew_optimizer`.
        change: A function that changes the network; the same weights must give the same change.

    Returns:
        The result of ``change``.

    Raises:
        ValueError: If the wrapper of the runner is not ``DistributedDataParallel``.
    """
    network = classifier_of(runner)
    with wrapped_anew(runner):
        if is_distributed():
            # Sent as objects, because buffers may differ in size between ranks.
            state = [weights_to_cpu(network.state_dict())]
            broadcast_object_list(state)
            network.load_state_dict(state[0])
        result = change(network)
    for hook in runner.hooks:
        if isinstance(hook, EMAHook):
            hook.before_run(runner)
        elif isinstance(hook, ChannelsLastHook):
            hook.before_train(runner)
    return result


def renew_optimizer(
    runner: Runner,
    optim_wrapper: dict[str, Any] | None = None,
    param_scheduler: dict[str, Any] | Sequence[dict[str, Any]] | None = None,
) -> None:
    """Build the optimizer wrapper and the schedulers of the current network from configs.

    Args:
        runner: A training runner.
        optim_wrapper: Config of the optimizer wrapper; the default is the config of the runner,
            with its ``param_scheduler``.
        param_scheduler: Configs of the schedulers of the given ``optim_wrapper``; None for no
            scheduler.

    Raises:
        ValueError: If the runner was not built from a config.
    """
    if optim_wrapper is None:
        optim_wrapper = runner.cfg.get('optim_wrapper')
        param_scheduler = runner.cfg.get('param_scheduler')
    if optim_wrapper is None:
        raise ValueError(
            'The optimizer of a pruned network is rebuilt from runner.cfg.optim_wrapper, but this '
            'entry is missing. Build the runner from a config: Runner.from_cfg(cfg).'
        )
    runner.optim_wrapper = runner.build_optim_wrapper(deepcopy(optim_wrapper))
    runner.param_schedulers = deepcopy(param_scheduler)
    runner.scale_lr(runner.optim_wrapper, runner.auto_scale_lr)
    if runner.param_schedulers is not None:
        runner.param_schedulers = runner.build_param_scheduler(runner.param_schedulers)
    loop = runner.train_loop
    runner.optim_wrapper.initialize_count_status(runner.model, loop.iter, loop.max_iters)
    runner.optim_wrapper.zero_grad()


def continue_schedule(runner: Runner, optim_wrapper: OptimWrapper, schedulers: Any) -> None:
    """Continue with the learning rates of another optimizer and its schedulers.

    Momenta and other states are not copied.

    Args:
        runner: A runner with a new optimizer and new schedulers of the same config.
        optim_wrapper: The previous optimizer wrapper.
        schedulers: The previous schedulers.
    """
    runner.optim_wrapper.load_state_dict({**optim_wrapper.state_dict(), 'state': {}})
    for new, old in zip(runner.param_schedulers or [], schedulers or [], strict=True):
        new.load_state_dict(old.state_dict())


def begin_finetuning(runner: Runner, finetune: Mapping[str, Any], epoch: int) -> None:
    """Build the optimizer and the schedulers of a fine-tuning.

    Args:
        runner: A training runner.
        finetune: ``optim_wrapper``, whose entries replace entries of the config of the runner, and
            ``param_scheduler``, whose ``end`` is by default the end of the run.
        epoch: The first epoch of the fine-tuning.
    """
    finetune = deepcopy(finetune)  # merging removes `_delete_` from it
    config = Config(dict(optim_wrapper=deepcopy(runner.cfg.optim_wrapper)))
    config.merge_from_dict(dict(optim_wrapper=finetune.get('optim_wrapper', {})))
    schedulers = finetune.get('param_scheduler', [])
    schedulers = [schedulers] if isinstance(schedulers, Mapping) else schedulers
    rest = runner.max_epochs - epoch
    for scheduler in schedulers:
        by_epoch = scheduler.get('by_epoch', True)
        scheduler.setdefault('end', rest if by_epoch else rest * len(runner.train_dataloader))
    renew_optimizer(runner, config.optim_wrapper, schedulers)
