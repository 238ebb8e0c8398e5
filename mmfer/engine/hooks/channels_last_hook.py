"""The memory layout in which convolutions are fastest."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.registry import HOOKS


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Store convolution weights with their channels last; their outputs then follow.

    Meant for bfloat16 on CPUs that have units for it, and for GPUs with tensor cores in mixed
    precision. Results agree up to rounding, and so does the checkpoint, which may be loaded with
    or without the hook.

    Example:
        >>> custom_hooks = [dict(type='ChannelsLastHook')]
    """

    def before_train(self, runner: Runner) -> None:
        """Change the layout of weights that were initialized or loaded in the usual one."""
        runner.model.to(memory_format=torch.channels_last)

    def before_test(self, runner: Runner) -> None:
        """Change the layout of loaded weights."""
        runner.model.to(memory_format=torch.channels_last)
