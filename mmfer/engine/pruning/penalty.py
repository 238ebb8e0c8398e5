"""The L1 penalty on the scales of batch normalization (paper 001, section 2.4, eq. 9-11)."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
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
        (C,); 0 if the scale is 0.
    """
    return scale.detach().sign() * penalty


def batch_norm_scales(
    model: nn.Module, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> dict[str, nn.Parameter]:
    """The trained scales (gamma) of the batch norms of a model.

    Args:
        model: The network.
        include: Only batch norms whose names contain one of these texts; empty for all batch norms.
        exclude: No batch norms whose names contain one of these texts.

    Returns:
        The scales (C,), keyed by the names of the batch norms.

    Raises:
        ValueError: If no batch norm is left.
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
            f'include={list(include)} and exclude={list(exclude)} select none of the batch norms '
            f'{", ".join(norms)}. Give parts of these names.'
        )
    raise ValueError(
        f'{type(model).__name__} has no batch norm with a trained scale, so there is nothing to '
        "penalize. Use a backbone with batch norms (norm_cfg=dict(type='BN')), or penalty=0."
    )


def begin_penalty(
    model: nn.Module,
    scales: Mapping[str, nn.Parameter],
    optimizer: Optimizer,
    penalty: float,
    proximal: bool = False,
    share: float | None = None,
) -> RemovableHandle:
    """Penalize scales from the next step on.

    Args:
        model: The network.
        scales: The scales by the names of their batch norms, of :func:`batch_norm_scales`.
        optimizer: The optimizer of the scales.
        penalty: lambda.
        proximal: Whether by :func:`shrink_scales`, which then also holds the biases of channels
            without a scale at zero; or else by :func:`penalize_scales`.
        share: As in :func:`shrink_scales`.

    Returns:
        A handle; its ``remove()`` ends the penalty.
    """
    if not proximal:
        return penalize_scales(optimizer, scales.values(), penalty)
    biases = (getattr(model.get_submodule(name), 'bias', None) for name in scales)
    trained = [bias if isinstance(bias, nn.Parameter) else None for bias in biases]
    return shrink_scales(optimizer, scales.values(), penalty, share, trained)


def penalize_scales(
    optimizer: Optimizer, scales: Iterable[nn.Parameter], penalty: float
) -> RemovableHandle:
    """Add :func:`scale_penalty_gradient` to the gradients of the scales in every step.

    The gradient is added in the step of the optimizer, after accumulation over iterations,
    averaging over ranks, clipping and removal of the loss scale, so that none of these changes the
    penalty. Scales without a gradient, in a frozen part of the network, are not changed.

    Args:
        optimizer: The optimizer of the scales.
        scales: The scales of :func:`batch_norm_scales`.
        penalty: lambda.

    Returns:
        A handle; its ``remove()`` ends the penalty.
    """
    scales = list(scales)

    def add(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        # Fused optimizers divide by the loss scale themselves, after this function.
        loss_scale = getattr(optimizer, 'grad_scale', None)
        for scale in scales:
            if scale.grad is None:
                continue
            gradient = scale_penalty_gradient(scale, penalty)
            scale.grad.add_(gradient if loss_scale is None else gradient * loss_scale)

    return optimizer.register_step_pre_hook(add)


def shrink_scales(
    optimizer: Optimizer,
    scales: Iterable[nn.Parameter],
    penalty: float,
    share: float | None = None,
    biases: Iterable[nn.Parameter | None] | None = None,
) -> RemovableHandle:
    """Move the scales towards zero after every step: ``sign(s) * max(abs(s) - lr * penalty, 0)``.

    This is the proximal step of the L1 norm (soft thresholding). Unlike the gradient of eq. 11,
    which oscillates around zero, it gives scales of exactly zero, and it does not depend on the
    kind of the optimizer. Scales without a gradient are not changed.

    Args:
        optimizer: The optimizer of the scales.
        scales: The scales of :func:`batch_norm_scales`.
        penalty: lambda.
        share: Once a step could bring this share of all scales with a gradient to zero, only this
            share, the smallest ones, is moved, so that it stays at zero while the others recover;
            None moves all scales to the end.
        biases: The biases of the same batch norms. Where a scale is zero, the bias is set to zero,
            so that the channel has no effect and its removal changes no score. None, for one or for
            all, leaves biases as they are.

    Returns:
        A handle; its ``remove()`` ends the penalty.
    """
    scales = list(scales)
    bias_of = {} if biases is None else dict(zip(map(id, scales), biases, strict=True))

    @torch.no_grad()
    def shrink(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        rate = {id(s): group['lr'] for group in optimizer.param_groups for s in group['params']}
        moved = [s for s in scales if s.grad is not None and id(s) in rate]
        smaller = [(s.abs() - rate[id(s)] * penalty).clamp_min(0) for s in moved]
        limit = math.inf
        wanted = math.ceil((share or 0) * sum(scale.numel() for scale in moved))
        if wanted and sum(int((size == 0).sum()) for size in smaller) >= wanted:
            limit = float(torch.cat([s.abs() for s in moved]).kthvalue(wanted).values)
        for scale, size in zip(moved, smaller, strict=True):
            scale.copy_(torch.where(scale.abs() <= limit, scale.sign() * size, scale))
            if (bias := bias_of.get(id(scale))) is not None:
                bias.mul_(scale != 0)

    return optimizer.register_step_post_hook(shrink)
