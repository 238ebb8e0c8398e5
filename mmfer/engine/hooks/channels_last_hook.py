"""The memory layout with the fastest convolutions."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.engine.network import wrapped_anew
from mmfer.registry import HOOKS


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Store convolution weights with channels last; the outputs of convolutions follow.

    The hook is for bfloat16 on CPUs with bfloat16 units, and for mixed precision on GPUs with
    tensor cores. Results agree up to rounding. Checkpoints load with or without the hook.

    Example:
        >>> custom_hooks = [dict(type='ChannelsLastHook')]
    """

    def before_train(self, runner: Runner) -> None:
        """Change the layout of initialized or loaded weights."""
        # DistributedDataParallel exchanges gradients in the layout that the weights had when it was
        # created. If the layout changes later, the ranks permute the gradients of convolutions.
        with wrapped_anew(runner) as network:
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def before_test(self, runner: Runner) -> None:
        """Change the layout of loaded weights."""
        runner.model.to(memory_format=torch.channels_last)
