"""Start RALD from its trained plain network within one run."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmfer.engine.feature_bank import unwrap
from mmfer.models.necks import HIFENet
from mmfer.registry import HOOKS


@HOOKS.register_module()
class WarmStartHook(Hook):
    """Bypasses :class:`mmfer.models.HIFENet` for the first epochs.

    Attention among images that a network does not know yet averages them away: on small data RALD
    trains from the plain network, not from scratch. The state is a buffer of the neck, so that
    checkpoints resume and test as they were trained. Models without that neck are left alone.

    Args:
        epochs: Epochs of the plain network.

    Example:
        >>> custom_hooks = [dict(type='WarmStartHook', epochs=8)]
    """

    def __init__(self, epochs: int) -> None:
        if epochs < 0:
            raise ValueError(f'epochs={epochs} must not be negative.')
        self.epochs = epochs

    def before_train_epoch(self, runner: Runner) -> None:
        neck = getattr(unwrap(runner.model), 'neck', None)
        if isinstance(neck, HIFENet):
            neck.bypassed.fill_(runner.epoch < self.epochs)
