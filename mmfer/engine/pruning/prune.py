"""Removes the least important channels of a model (paper 001, section 2.4)."""

import warnings
from collections.abc import Callable

import numpy as np
from torch import Tensor, nn

from mmfer.engine.complexity import model_complexity
from mmfer.engine.eval_mode import eval_mode
from mmfer.engine.pruning.channels import channel_widths
from mmfer.engine.pruning.dependencies import ChannelGroup, Dependencies
from mmfer.engine.pruning.report import LayerChange, PruningReport
from mmfer.engine.pruning.scores import CRITERIA, bn_scale_scores, mlp_scores, shuffled
from mmfer.engine.pruning.selection import select_channels

SCORES: dict[str, Callable[[nn.Module, ChannelGroup], np.ndarray]] = {
    'bn_scale': bn_scale_scores,
    'mlp_norm': mlp_scores,
}


def prune_model(
    model: nn.Module,
    example_inputs: Tensor,
    ratio: float,
    round_to: int = 1,
    floor: float = 0.1,
    criterion: str | None = None,
    seed: int = 0,
) -> PruningReport:
    """Remove the share ``ratio`` of the prunable channels of a model, in place.

    One threshold holds for all layers. Channels that are added to each other are removed together,
    and channels of a grouped convolution are removed in equal numbers, one from every group. The
    pruned model equals the original model with zero scale and bias in the removed channels.
    Parameters are new objects, so an optimizer must be rebuilt.

    Args:
        model: A classifier or backbone that maps images to tensors.
        example_inputs: Images (N, 3, H, W) on the device of the model; their values do not matter.
        ratio: Between 0 and 1.
        round_to: The number of channels of a layer stays a multiple of this number, for speed.
        floor: Minimum share of the channels that each layer keeps; at least one channel stays.
        criterion: ``'bn_scale'``, the absolute scales of the batch norms; ``'mlp_norm'``, for the
            hidden units of the MLPs of the backbone, see :func:`mmfer.engine.pruning.mlp_norm`;
            None takes ``'bn_scale'`` if the model has such channels, or else ``'mlp_norm'``;
            ``'random'`` removes as many channels of each layer as None, but random ones, as a
            control.
        seed: Seed of ``'random'``.

    Raises:
        ValueError: If an argument is out of range, the model has no channel to prune, its scores
            are not finite, or no channel would be removed.

    Example:
        >>> report = prune_model(model, torch.randn(1, 3, 224, 224), ratio=0.5)
        >>> print(report.format_table())
    """
    if not 0 < ratio < 1:
        raise ValueError(
            f'The pruning ratio {ratio} must be above 0 and below 1. For example, 0.5 removes half '
            'of the prunable channels.'
        )
    if round_to < 1 or not 0 <= floor < 1:
        raise ValueError(
            f'Pruning: round_to={round_to} must be at least 1, and floor={floor} in [0, 1).'
        )
    if criterion not in (None, *CRITERIA):
        raise ValueError(f"Pruning: criterion='{criterion}' must be one of {', '.join(CRITERIA)}.")
    if seed < 0:
        raise ValueError(f'Pruning: seed={seed} must be 0 or more.')
    full_widths = getattr(model, 'full_widths', None) or channel_widths(model)
    with eval_mode(model):
        parameters, flops = model_complexity(model, example_inputs[:1])
        dependencies = Dependencies(model, example_inputs)
        at_random = criterion == 'random'
        by, groups = _prunable(dependencies, None if at_random else criterion)
        scores = [SCORES[by](model, group) for group in groups]
        _check_finite(groups, scores)
        if at_random:
            rng = np.random.default_rng(seed)
            scores = [shuffled(s, g.tied, rng) for s, g in zip(scores, groups, strict=True)]
        selection = select_channels(
            scores,
            ratio,
            round_to,
            floor,
            [group.tied for group in groups],
        )
        lost = [
            sorted(set(range(group.channels)) - set(kept.tolist()))
            for group, kept in zip(groups, selection.kept, strict=True)
        ]
        if not any(lost):
            raise ValueError(
                f'Pruning with ratio={ratio}, round_to={round_to} and floor={floor} removes no '
                f'channel: the {len(groups)} layers have {min(g.channels for g in groups)} to '
                f'{max(g.channels for g in groups)}. Give a larger ratio or a smaller round_to.'
            )
        kept = dependencies.remove(groups, lost)
        model.full_widths = full_widths  # type: ignore[assignment]
        pruned_parameters, pruned_flops = model_complexity(model, example_inputs[:1])
    _warn_of_floor(groups, selection.at_floor, floor)
    return PruningReport(
        criterion='random' if at_random else by,
        ratio=ratio,
        removed=sum(map(len, lost)) / sum(group.channels for group in groups),
        threshold=selection.threshold,
        layers=[
            LayerChange(name, group.channels, group.channels - len(gone), there)
            for group, gone, there in zip(groups, lost, selection.at_floor, strict=True)
            for name in group.producers
        ],
        kept=kept,
        parameters=(parameters, pruned_parameters),
        flops=(flops, pruned_flops),
    )


def _check_finite(groups: list[ChannelGroup], scores: list[np.ndarray]) -> None:
    wrong = [
        group.producers[0]
        for group, score in zip(groups, scores, strict=True)
        if not np.isfinite(score).all()
    ]
    if wrong:
        raise ValueError(
            f'Pruning: the scores of {len(wrong)} of {len(groups)} layers are nan or inf: '
            f'{", ".join(wrong[:3])}. Use a checkpoint from before the training diverged.'
        )


def _warn_of_floor(groups: list[ChannelGroup], at_floor: list[bool], floor: float) -> None:
    held = [group.producers[0] for group, there in zip(groups, at_floor, strict=True) if there]
    if held:
        warnings.warn(
            f'{len(held)} of {len(groups)} layers reached the floor and keep {100 * floor:g} % of '
            f'their channels, or one: {", ".join(held)}. Pruning removed fewer channels than '
            'requested.',
            stacklevel=3,
        )


def _prunable(dependencies: Dependencies, criterion: str | None) -> tuple[str, list[ChannelGroup]]:
    found = dependencies.groups()
    by_criterion = {
        'bn_scale': [group for group in found if dependencies.zeroed_by_norms(group)],
        'mlp_norm': [group for group in found if _is_mlp(dependencies.model, group)],
    }
    tried = tuple(by_criterion) if criterion is None else (criterion,)
    for name in tried:
        if by_criterion[name]:
            return name, by_criterion[name]
    raise ValueError(
        f'{type(dependencies.model).__name__} has no channel that can be pruned by '
        f'{" or ".join(tried)}. Pruning needs batch norms after convolutions, or MLPs in the '
        'backbone, and channels that do not reach the output.'
    )


def _is_mlp(model: nn.Module, group: ChannelGroup) -> bool:
    if group.norms or len(group.producers) != 1 or len(group.consumers) != 1:
        return False
    names = (*group.producers, *group.consumers)
    layers = [model.get_submodule(name) for name in names]
    pointwise = all(getattr(layer, 'kernel_size', (1, 1)) == (1, 1) for layer in layers)
    pointwise &= layers[1].weight.size(1) == group.channels  # type: ignore[operator]
    in_backbone = all(name.startswith('backbone.') for name in names)
    return pointwise and (in_backbone or not hasattr(model, 'backbone'))
