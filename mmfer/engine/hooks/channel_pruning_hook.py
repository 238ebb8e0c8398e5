"""Sparsity training, pruning and fine-tuning in one run (paper 001, section 2.4)."""

import warnings
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.optim import OptimWrapperDict
from mmengine.runner import BaseLoop, EpochBasedTrainLoop, Runner
from torch import Tensor, nn

from mmfer.engine.hooks.network_renewal import (
    begin_finetuning,
    change_network,
    classifier_of,
    continue_schedule,
    renew_optimizer,
)
from mmfer.engine.hooks.pruned_model_hook import PrunedModelHook
from mmfer.engine.hooks.pruning_inputs import example_inputs, with_a_support_set
from mmfer.engine.pruning.penalty import batch_norm_scales, begin_penalty
from mmfer.engine.pruning.report import PruningReport
from mmfer.engine.pruning.travel import penalty_for_schedule
from mmfer.registry import HOOKS

SMALL = 0.01
"""The log counts absolute scales below this value."""


@HOOKS.register_module()
class ChannelPruningHook(Hook):
    """Train with an L1 penalty on the scales of batch norms, prune channels, then fine-tune.

    Before ``epoch``, ``penalty * sign(gamma)`` is added to the gradient of each scale gamma, once
    per step of the optimizer (eq. 11). The log has the travel: how far the penalty can move a scale
    until then. After each of these epochs, the visualizer gets a figure of the scales (its local
    backend writes to ``vis_data/vis_image`` in the work directory).

    At the start of ``epoch``, :func:`mmfer.engine.pruning.prune_model` removes channels and the
    penalty ends. The best score is reset, so that the best checkpoint is a pruned one. The
    optimizer is rebuilt; the schedule of the learning rate continues, or ``finetune`` replaces it.

    A killed and resumed run gives the same result as an uninterrupted run. This needs
    :class:`mmfer.engine.hooks.PrunedModelHook`, a default hook.

    Args:
        penalty: lambda; 0 for no penalty. ``dict(travel=1.0)`` computes lambda from the schedule,
            so that the penalty can move a scale by 1.
        proximal: Shrink the scales after each step
            (:func:`mmfer.engine.pruning.penalty.shrink_scales`) instead of changing their gradient,
            until ``share`` of them is zero; this share is then kept at zero. Biases of channels
            whose scale is zero are zero, too, so removing such channels changes no score.
        share: With ``proximal``, the share of zero scales; default: ``ratio``. Give it without
            ``ratio`` to prune later, by ``tools/prune.py``.
        ratio: Share of all channels to remove; None trains with the penalty to the end, without
            pruning.
        epoch: Number of epochs before the channels are removed. Required with ``ratio``.
        round_to: The number of channels of a layer stays a multiple of this number.
        floor: Minimum share of the channels that each layer keeps.
        criterion: As in :func:`mmfer.engine.pruning.prune_model`; ``'random'`` for a control.
        finetune: Settings of the fine-tuning: ``optim_wrapper``, whose entries replace entries of
            the config, and ``param_scheduler``, whose epochs count from the pruning and whose
            ``end`` is by default the end of the run. Without ``param_scheduler``, the learning rate
            is constant.
        include: Penalize only batch norms whose names contain one of these texts; an empty list
            penalizes all.
        exclude: Do not penalize batch norms whose names contain one of these texts.

    Raises:
        ValueError: If an option is out of range, or does not fit the training or the model.

    Example:
        >>> custom_hooks = [
        ...     dict(
        ...         type='ChannelPruningHook',
        ...         penalty=1e-4,
        ...         ratio=0.6,
        ...         epoch=40,
        ...         finetune=dict(
        ...             optim_wrapper=dict(optimizer=dict(lr=0.001)),
        ...             param_scheduler=[dict(type='CosineAnnealingLR')],
        ...         ),
        ...     )
        ... ]
    """

    # Runs before the random generators are seeded for an epoch, and after PrunedModelHook.
    priority = 'HIGHEST'

    def __init__(
        self,
        penalty: float | Mapping[str, float] = 1e-4,
        ratio: float | None = None,
        epoch: int | None = None,
        round_to: int = 1,
        floor: float = 0.1,
        finetune: Mapping[str, Any] | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        proximal: bool = False,
        share: float | None = None,
        criterion: str | None = None,
    ) -> None:
        given = dict(penalty) if isinstance(penalty, Mapping) else {'lambda': penalty}
        sizes = all(isinstance(v, int | float) and 0 <= v < float('inf') for v in given.values())
        if set(given) not in ({'lambda'}, {'travel'}) or not sizes:
            raise ValueError(
                f'penalty={penalty!r} must be lambda, at least 0, or dict(travel=1.0), from which '
                'lambda is computed. The usual lambda is 1e-4; 0 gives no penalty.'
            )
        if (ratio is None) != (epoch is None):
            raise ValueError(
                f'ratio={ratio} and epoch={epoch} belong together: the share of channels to '
                'remove, and the time. Give both, or give neither to train only with the penalty.'
            )
        if ratio is not None and not 0 < ratio < 1:
            raise ValueError(f'ratio={ratio} must be between 0 and 1: 0.6 removes 60 %.')
        if epoch is not None and epoch < 1:
            raise ValueError(
                f'epoch={epoch} must be at least 1, because trained scales select the channels. To '
                'prune a trained checkpoint, use `mmfer prune`.'
            )
        if share is not None and not (proximal and 0 < share < 1):
            raise ValueError(
                f'share={share} is the share of zero scales, between 0 and 1, of proximal=True. '
                'Correct it, or leave it out.'
            )
        if round_to < 1 or not 0 <= floor < 1:
            raise ValueError(
                f'round_to={round_to} must be at least 1, and floor={floor} at least 0 and below 1.'
            )
        unknown = set(finetune or ()) - {'optim_wrapper', 'param_scheduler'}
        if unknown or (finetune is not None and ratio is None):
            raise ValueError(
                f'finetune={dict(finetune or {})} may contain only optim_wrapper and '
                'param_scheduler, and needs a ratio.'
            )
        self.penalty, self.travel = given.get('lambda', 0.0), given.get('travel')
        self.proximal, self.criterion = proximal, criterion
        self.share = ratio if share is None else share
        self.ratio, self.epoch = ratio, epoch
        self.round_to, self.floor = round_to, floor
        self.finetune = finetune
        self.include, self.exclude = (
            (texts,) if isinstance(texts, str) else tuple(texts) for texts in (include, exclude)
        )
        self._pruned_at: int | None = None

    def before_run(self, runner: Runner) -> None:
        """Check that the options fit the run, and compute the penalty from the whole schedule."""
        if not isinstance(runner._train_loop, BaseLoop):
            return  # a test
        self._check(runner)
        if self.penalty or self.travel:
            self.penalty = penalty_for_schedule(
                runner.optim_wrapper,
                runner.param_schedulers or [],
                (self.epoch or runner.max_epochs) * len(runner.train_dataloader),
                len(runner.train_dataloader),
                self._scales(runner).values(),
                self.penalty,
                self.travel,
                self.proximal,
            )

    def before_train(self, runner: Runner) -> None:
        """Rehearse the pruning, and start the penalty."""
        if self._pruned_at is not None:
            return
        if self.ratio is not None:
            self._rehearse(runner)
        if self.penalty:
            network, optimizer = classifier_of(runner), runner.optim_wrapper.optimizer
            scales, share = self._scales(runner), self.share
            begin_penalty(network, scales, optimizer, self.penalty, self.proximal, share)

    def before_train_epoch(self, runner: Runner) -> None:
        """Prune at ``epoch``, also in a resumed run that was killed before pruning."""
        if self.epoch is not None and self._pruned_at is None and runner.epoch >= self.epoch:
            self._prune(runner)

    def after_train_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Show the scales in a figure."""
        if self.penalty and self._pruned_at is None and is_main_process():
            self._show_scales(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Record whether this run has pruned."""
        if self._pruned_at is not None:
            checkpoint['meta']['pruned_at_epoch'] = self._pruned_at

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Prepare the optimizer of a resumed fine-tuning."""
        if not runner._resume:
            return
        self._pruned_at = checkpoint['meta'].get('pruned_at_epoch')
        if self._pruned_at is not None and self.finetune is not None:
            begin_finetuning(runner, self.finetune, self._pruned_at)

    def _scales(self, runner: Runner) -> dict[str, Any]:
        return batch_norm_scales(classifier_of(runner), self.include, self.exclude)

    def _check(self, runner: Runner) -> None:
        loop = runner.train_loop
        if not isinstance(loop, EpochBasedTrainLoop):
            raise ValueError(
                f'ChannelPruningHook needs a training by epochs, not {type(loop).__name__}. Set '
                'train_cfg = dict(by_epoch=True, max_epochs=...).'
            )
        if isinstance(runner.optim_wrapper, OptimWrapperDict):
            raise ValueError(
                'ChannelPruningHook works with one optimizer, not with several. Give one optimizer '
                'in optim_wrapper.'
            )
        if self.epoch is None:
            return
        if self.epoch >= loop.max_epochs:
            raise ValueError(
                f'epoch={self.epoch} of ChannelPruningHook leaves no epoch for fine-tuning in a '
                f'training of {loop.max_epochs} epochs. Prune earlier, or train for longer.'
            )
        if runner.cfg.get('compile'):
            raise ValueError(
                'A compiled model cannot be pruned during training. Remove `compile`, or prune '
                'with `mmfer prune` after the training.'
            )
        if not any(isinstance(hook, PrunedModelHook) for hook in runner.hooks):
            raise ValueError(
                'Checkpoints of a pruned network need PrunedModelHook. Add '
                "pruned_model=dict(type='PrunedModelHook') to default_hooks."
            )

    def _rehearse(self, runner: Runner) -> None:
        """Prune a copy of the network, so that problems appear before the training."""
        with warnings.catch_warnings(action='ignore'):
            self._remove_channels(deepcopy(classifier_of(runner)), example_inputs(runner))
        if self.finetune is not None:
            before = runner.optim_wrapper, runner.param_schedulers
            begin_finetuning(runner, self.finetune, runner.epoch)
            runner.optim_wrapper, runner.param_schedulers = before

    def _remove_channels(self, network: nn.Module, inputs: Tensor) -> PruningReport:
        from mmfer.engine.pruning.prune import prune_model  # takes long to import

        assert self.ratio is not None
        with with_a_support_set(network):
            return prune_model(
                network, inputs, self.ratio, self.round_to, self.floor, self.criterion
            )

    def _prune(self, runner: Runner) -> None:
        inputs = example_inputs(runner)
        report = change_network(runner, lambda network: self._remove_channels(network, inputs))
        print_log(f'Pruned before epoch {runner.epoch + 1}:\n{report.format_table()}', 'current')
        self._pruned_at = runner.epoch
        for name in [n for n in runner.message_hub.runtime_info if n.startswith('best_score')]:
            runner.message_hub.pop_info(name)
        if self.finetune is not None:
            begin_finetuning(runner, self.finetune, runner.epoch)
            return
        before = runner.optim_wrapper, runner.param_schedulers
        renew_optimizer(runner)
        continue_schedule(runner, *before)

    def _show_scales(self, runner: Runner) -> None:
        from mmfer.visualization.plots import figure_pixels, plot_scales  # takes long to import

        scales = {
            name: scale.detach().float().cpu().numpy()
            for name, scale in self._scales(runner).items()
        }
        values = np.abs(np.concatenate(list(scales.values())))
        epoch, small = runner.epoch + 1, float((values < SMALL).mean())
        threshold = None if self.ratio is None else float(np.quantile(values, self.ratio))
        title = f'after epoch {epoch}: {small:.0%} of the scales below {SMALL}'
        print_log(f'Scales of {len(values)} channels {title}.', 'current')
        show, mean = runner.visualizer, float(values.mean())
        show.add_scalars({'scales/small': small, 'scales/mean': mean}, step=epoch)
        show.add_image('scales', figure_pixels(plot_scales(scales, threshold, title)), step=epoch)
