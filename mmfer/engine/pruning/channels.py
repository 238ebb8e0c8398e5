"""The widths of a pruned model: saved, and applied to a model at full width."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd

WIDTHS: tuple[tuple[type[nn.Module], tuple[str, ...]], ...] = (
    (_ConvNd, ('in_channels', 'out_channels', 'groups')),
    (nn.Linear, ('in_features', 'out_features')),
    (_BatchNorm, ('num_features',)),
)
"""The attributes of the layers that pruning changes."""


def channel_widths(model: nn.Module) -> dict[str, dict[str, int]]:
    """The widths of all layers that pruning may change, by name of layer and name of width."""
    return {
        name: {width: getattr(module, width) for width in _widths_of(module)}
        for name, module in model.named_modules()
        if _widths_of(module)
    }


def channel_record(model: nn.Module) -> dict[str, Any]:
    """The differences between a pruned model and the full-width model of its config.

    The record is plain data for JSON or for the entry ``'pruning'`` of a checkpoint.

    Args:
        model: A model after :func:`prune_model` or :func:`apply_channels`.

    Returns:
        ``{'widths': {layer: {width: [full, pruned]}}}``, such as ``{'backbone.conv1':
        {'out_channels': [64, 40]}}``; empty for a model that was never pruned.
    """
    full = getattr(model, 'full_widths', None)
    if full is None:
        return {}
    changed = {}
    for name, widths in channel_widths(model).items():
        differing = {w: [full[name][w], n] for w, n in widths.items() if n != full[name][w]}
        if differing:
            changed[name] = differing
    return {'widths': changed}


def apply_channels(model: nn.Module, record: dict[str, Any] | None) -> None:
    """Change the widths of a model to the widths of a pruned model, in place.

    The new weights belong to the first channels and are meaningless until the weights of the pruned
    model are loaded. Gradients and optimizers are not converted, so call this function before an
    optimizer is built.

    Args:
        model: A model at full width, or with the widths of the record.
        record: The record of :func:`channel_record`; None or an empty record does not change the
            model.

    Raises:
        ValueError: If the record is invalid or belongs to another model.

    Example:
        >>> checkpoint = torch.load('pruned.pth', weights_only=True)
        >>> apply_channels(model, checkpoint.get('pruning'))
        >>> model.load_state_dict(checkpoint['state_dict'])
    """
    if not record:
        return
    modules = dict(model.named_modules())
    for name, widths in _checked(record).items():
        for width, (full, pruned) in widths.items():
            present = getattr(modules.get(name), width, None)
            if present not in (full, pruned):
                found = 'the model has none' if present is None else f'it is {present}'
                raise ValueError(
                    f'The pruned channels do not fit the model: the record expects {width}={full} '
                    f'in the layer "{name}", but {found}. Give the config of the pruned model.'
                )
    full_widths = getattr(model, 'full_widths', None) or channel_widths(model)
    for name, widths in record['widths'].items():
        for width, (_, pruned) in widths.items():
            setattr(modules[name], width, pruned)
        _cut_to_widths(modules[name])
    model.full_widths = full_widths  # type: ignore[assignment]


def _widths_of(module: nn.Module) -> tuple[str, ...]:
    return next((widths for kind, widths in WIDTHS if isinstance(module, kind)), ())


def _checked(record: Any) -> dict[str, dict[str, tuple[int, int]]]:
    try:
        for widths in record['widths'].values():
            for width, (full, pruned) in widths.items():
                if not (isinstance(width, str) and 0 < pruned < full):
                    raise ValueError(f'{width}: {full}, {pruned}')
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(
            f"The checkpoint's record of pruned channels ('pruning') cannot be read: {error}. Use "
            'an unchanged checkpoint of `mmfer prune` or ChannelPruningHook.'
        ) from error
    return record['widths']


def _cut_to_widths(module: nn.Module) -> None:
    sizes: tuple[int, ...]
    if isinstance(module, _ConvNd):
        sizes = (module.out_channels, module.in_channels // module.groups)
    elif isinstance(module, nn.Linear):
        sizes = (module.out_features, module.in_features)
    else:
        sizes = (int(module.num_features),)  # type: ignore[arg-type]
    for name, weight in module.named_parameters(recurse=False):
        cut = nn.Parameter(_first(weight.detach(), sizes), requires_grad=weight.requires_grad)
        setattr(module, name, cut)
    for name, buffer in module.named_buffers(recurse=False):
        setattr(module, name, _first(buffer, sizes))


def _first(tensor: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """The first entries along the first dimensions."""
    for dim, size in enumerate(sizes[: tensor.ndim]):
        tensor = tensor.narrow(dim, 0, size)
    return torch.clone(tensor)
