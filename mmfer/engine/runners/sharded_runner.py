"""A runner that divides the weights among its ranks."""

from typing import Any

from mmengine.device import get_device
from mmengine.dist import is_distributed, is_main_process
from mmengine.hooks import EMAHook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner
from torch import nn
from torch.distributed.device_mesh import init_device_mesh

from mmfer.engine.hooks.channel_pruning_hook import ChannelPruningHook
from mmfer.engine.hooks.channels_last_hook import ChannelsLastHook
from mmfer.engine.hooks.eval_context_hook import EvalContextHook
from mmfer.engine.hooks.label_distribution_hook import LabelDistributionHook
from mmfer.engine.hooks.teacher_hook import TeacherHook
from mmfer.engine.hooks.warm_start_hook import WarmStartHook
from mmfer.engine.sharding import load_whole, shard, whole
from mmfer.registry import RUNNERS

WHOLE_NETWORK = (
    *(ChannelPruningHook, ChannelsLastHook, EMAHook, EvalContextHook),
    *(LabelDistributionHook, TeacherHook, WarmStartHook),
)
"""Hooks that copy, change or call the network in a way that divided weights do not allow."""

MIN_WEIGHTS = 1_000_000


@RUNNERS.register_module()
class ShardedRunner(Runner):
    """mmengine's runner for networks that do not fit on one device, with FSDP2 of PyTorch.

    The ranks of a distributed run divide weights, gradients and the state of the optimizer among
    each other (``torch.distributed.fsdp.fully_shard``); without a launcher, nothing is divided. The
    training computes what ``MMDistributedDataParallel`` computes, up to rounding. Checkpoints
    have whole weights and a whole state of the optimizer: any runner tests, exports and resumes
    from them. At the start, each rank needs main memory for the whole network; its device does not.

    ``model_wrapper_cfg`` of the config may have ``min_weights``, the smallest number of weights
    of a unit, whose weights are gathered before it computes and released afterwards (default: one
    million). Batch norms use the images of their own rank, as without this runner.

    mmengine's own FSDPStrategy uses FSDP1, which PyTorch replaces, needs a GPU, and has a runner of
    its own, in which the hooks of mmfer do not run.

    Raises:
        ValueError: If a hook needs the whole network on each rank, such as averaged weights,
            pruning, distillation, or the support set of RALD.

    Example:
        >>> runner_type = 'ShardedRunner'
        >>> model_wrapper_cfg = dict(min_weights=5_000_000)
    """

    units: tuple[str, ...] = ()
    """Names of the modules whose weights are gathered at once, once these are divided."""

    def wrap_model(self, model_wrapper_cfg: dict[str, Any] | None, model: nn.Module) -> nn.Module:
        """The network as it is; it is divided when the training or the test begins."""
        return model if is_distributed() else super().wrap_model(None, model)

    def train(self) -> nn.Module:
        """Initialize and divide the weights, and train."""
        for hook in self.hooks:
            if isinstance(hook, WHOLE_NETWORK):
                raise ValueError(
                    f'{type(hook).__name__} needs the whole network on each rank, but '
                    "runner_type='ShardedRunner' divides it. Remove one of the two from the config."
                )
        super()._init_model_weights()
        self._divide()
        return super().train()

    def val(self) -> dict[str, float]:
        """Divide the weights, and validate."""
        self._divide()
        return dict(super().val())

    def test(self) -> dict[str, float]:
        """Divide the weights, and test."""
        self._divide()
        return dict(super().test())

    def build_optim_wrapper(self, optim_wrapper: Any) -> OptimWrapper | OptimWrapperDict:
        """Build the optimizer; it loads whole states."""
        built = super().build_optim_wrapper(optim_wrapper)
        if self.units and built is not optim_wrapper:
            for one in built.values() if isinstance(built, OptimWrapperDict) else [built]:
                load_whole(one.optimizer)
        return built

    def save_checkpoint(self, *args: Any, **options: Any) -> None:
        """Save whole weights and a whole state of the optimizer; all ranks must take part."""
        if not self.units:
            super().save_checkpoint(*args, **options)
            return
        gathered = [(one, whole(one.state_dict())) for one in (self.model, self.optim_wrapper)]
        if not is_main_process():
            return
        for one, state in gathered:
            one.state_dict = lambda *_, state=state, **__: state
        try:
            super().save_checkpoint(*args, **options)
        finally:
            for one, _ in gathered:
                del one.state_dict

    def _init_model_weights(self) -> None:
        """The weights were initialized before they were divided."""

    def _divide(self) -> None:
        if self.units or not is_distributed():
            return
        device = get_device()
        mesh = init_device_mesh(device, (self.world_size,))
        wrapper = self.cfg.get('model_wrapper_cfg') or {}
        self.units = tuple(shard(self.model, mesh, wrapper.get('min_weights', MIN_WEIGHTS)))
        self.model.to(device)
        self.logger.info(
            'The weights are divided among %d ranks, in %d units.', self.world_size, len(self.units)
        )
