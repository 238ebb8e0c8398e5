"""Warm start of RALD from its plain network within one run."""

from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmfer.engine.feature_bank import unwrap
from mmfer.engine.network import network_and_copies, wrapped_anew
from mmfer.engine.train_loop import needs_epochs
from mmfer.protocols import Bypassable
from mmfer.registry import HOOKS


@HOOKS.register_module()
class WarmStartHook(Hook):
    """Bypasses a neck such as :class:`mmfer.models.HIFENet` for the first epochs.

    In an untrained network, attention between images averages out their differences, so on small
    data RALD starts from the plain network, not from scratch. The state is a buffer of the neck, so
    that checkpoints resume and test in the same state. Models without such a neck are not changed.

    Bypassed weights are frozen, and the ranks of a distributed training do not wait for their
    gradients. Copies of the network, such as an exponential moving average, are bypassed at the
    same time.

    Args:
        epochs: Epochs of the plain network.

    Raises:
        ValueError: If ``epochs`` is negative, or the training counts iterations, not epochs.

    Example:
        >>> custom_hooks = [dict(type='WarmStartHook', epochs=8)]
    """

    def __init__(self, epochs: int) -> None:
        if epochs < 0:
            raise ValueError(f'epochs={epochs} must not be negative.')
        self.epochs = epochs
        self._frozen: list[nn.Parameter] = []

    def before_train(self, runner: Runner) -> None:
        """Check that the warm start ends."""
        needs_epochs(runner, self.epochs and _bypassable(runner), 'WarmStartHook')

    def before_train_epoch(self, runner: Runner) -> None:
        """Bypass the neck, or start to train it."""
        neck = _bypassable(runner)
        if neck is None:
            return
        bypassed = runner.epoch < self.epochs
        for network in network_and_copies(runner):
            for module in network.modules():
                if isinstance(module, Bypassable):
                    module.bypass(bypassed)
        changed = [p for p in neck.parameters() if p.requires_grad] if bypassed else self._frozen
        if changed:
            with wrapped_anew(runner):
                for parameter in changed:
                    parameter.requires_grad_(not bypassed)
        self._frozen = self._frozen + changed if bypassed else []


def _bypassable(runner: Runner) -> nn.Module | None:
    neck = getattr(unwrap(runner.model), 'neck', None)
    return neck if isinstance(neck, nn.Module) and isinstance(neck, Bypassable) else None
