"""The L1 penalty on the scales of batch normalization (paper 001, section 2.4, eq. 9-11)."""

from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle


def scale_penalty_gradient(scale: Tensor, penalty: float) -> Tensor:
    """The gradient of ``penalty * sum(abs(scale))``, eq. 11: ``penalty * sign(scale)``.

    Args:
        scale: gamma of a batch norm, (C,).
        penalty: lambda.

    Returns:
        (C,), 0 where the scale is 0.
    """
    return scale.detach().sign() * penalty


def batch_norm_scales(
    model: nn.Module, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> dict[str, nn.Parameter]:
    """The scales (gamma) of a model's batch norms that are trained.

    Args:
        model: The network.
        include: Only batch norms whose name contains one of these; none given: all.
        exclude: No batch norm whose name contains one of these.

    Returns:
        (C,) each, by the name of its batch norm.

    Raises:
        ValueError: None is left.
    """
    norms = {
        name: module.weight
        for name, module in model.named_modules()
        if isinstance(module, _BatchNorm)
        and module.weight is not None
        and module.weight.requires_grad
    }
    chosen = {
        name: scale
        for name, scale in norms.items()
        if (not include or any(part in name for part in include))
        and not any(part in name for part in exclude)
    }
    if chosen:
        return chosen
    if norms:
        raise ValueError(
            f'include={list(include)} and exclude={list(exclude)} leave none of the batch norms '
            f'{", ".join(norms)}. Give parts of these names.'
        )
    raise ValueError(
        f'{type(model).__name__} has no batch norm with a trained scale, so there is nothing to '
        "penalise. Take a backbone with batch norms (norm_cfg=dict(type='BN')), or penalty=0."
    )


def penalize_scales(
    optimizer: Optimizer, scales: Iterable[nn.Parameter], penalty: float
) -> RemovableHandle:
    """Add :func:`scale_penalty_gradient` to the gradients of the scales, once in each step.

    It is added within the optimizer's step, when gradients are accumulated over iterations,
    averaged over ranks, clipped and rid of the loss's scaling, so that none of these changes it.
    Scales that got no gradient, in a part of the network at rest, are left alone.

    Args:
        optimizer: The optimizer whose parameters the scales are.
        scales: From :func:`batch_norm_scales`.
        penalty: lambda.

    Returns:
        A handle; its ``remove()`` ends the penalty.
    """
    scales = list(scales)

    def add(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        # Fused optimizers divide by the loss's scale themselves, after this.
        loss_scale = getattr(optimizer, 'grad_scale', None)
        for scale in scales:
            if scale.grad is None:
                continue
            gradient = scale_penalty_gradient(scale, penalty)
            scale.grad.add_(gradient if loss_scale is None else gradient * loss_scale)

    return optimizer.register_step_pre_hook(add)
