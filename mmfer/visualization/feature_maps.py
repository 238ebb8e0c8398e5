"""The maps that the layers of a model give (paper 000, figure 2)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mmfer.protocols import shows_face

BRANCHES = ('backbone.branch1', 'backbone.branch2')
"""Where a ``DualBranch`` backbone has its two networks."""


def change_map(output: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """What a layer gives, its map replaced by ``change(map)``; None if it gives no map.

    The map is (N, C, H, W), or tokens (N, H * W, C), beside which the layers of a Swin Transformer
    give (H, W); elsewhere tokens are taken for a square. Of a tuple it is the last one. A single
    position is no map.

    Args:
        output: What the layer gives.
        change: Takes the map (N, C, H, W) and gives one of the same shape.
    """
    if isinstance(output, tuple | list):
        items = list(output)
        shape = next((i for i in items if isinstance(i, tuple)), None)
        for i in reversed(range(len(items))):
            changed = _changed(items[i], change, shape) if isinstance(items[i], Tensor) else None
            if changed is not None:
                items[i] = changed
                return tuple(items)
        return None
    return _changed(output, change, None) if isinstance(output, Tensor) else None


def _changed(
    output: Tensor, change: Callable[[Tensor], Tensor], shape: tuple[int, int] | None
) -> Tensor | None:
    if output.ndim == 4 and output.shape[2] * output.shape[3] > 1:
        return change(output)
    if output.ndim != 3 or output.shape[1] == 1:
        return None
    side = round(output.shape[1] ** 0.5)
    height, width = shape or (side, side)
    if height * width != output.shape[1]:
        return None
    return change(output.mT.unflatten(2, (height, width))).flatten(2).mT


@contextmanager
def recorded_maps(model: nn.Module, layers: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """The maps (N, C, H, W) that layers give while the context lasts, in the order of the calls.

    Args:
        model: The model.
        layers: Names of its modules; one that gives no map has no entry.

    Raises:
        ValueError: If the model has no such module.
    """
    maps: dict[str, Tensor] = {}

    def record(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            def keep(feature_map: Tensor) -> Tensor:
                maps.pop(name, None)
                maps[name] = feature_map.detach().clone()
                return feature_map

            change_map(output, keep)

        return hook

    handles = [find_layer(model, name).register_forward_hook(record(name)) for name in layers]
    try:
        yield maps
    finally:
        for handle in handles:
            handle.remove()


def find_layer(model: nn.Module, name: str) -> nn.Module:
    """The module of this name, such as ``backbone.layer4``.

    Raises:
        ValueError: If there is none; the message names those beside it.
    """
    modules = dict(model.named_modules())
    if name and name in modules:
        return modules[name]
    parent = name.rpartition('.')[0]
    while parent not in modules:
        parent = parent.rpartition('.')[0]
    children = [f'{parent}.{child}'.lstrip('.') for child, _ in modules[parent].named_children()]
    raise ValueError(
        f'The model has no layer "{name}". {parent or "It"} has: {", ".join(children) or "none"}.'
    )


def check_shows_face(model: Any, layer: str) -> None:
    """Refuse a layer whose maps can not be laid over the face, since they are of its parts.

    Raises:
        ValueError: If the model has several views, and the layer is not of the face's branch.
    """
    if not shows_face(model, layer):
        raise ValueError(
            f'"{layer}" gives maps of eyes and mouth, which can not be laid over the face. Name a '
            'layer of "backbone.global_trunk" or "neck", if the model has them.'
        )


def feature_maps(model: Any, inputs: Tensor, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """How active each position of each layer is: the mean over the channels of the absolute values.

    Behind a ReLU that is the mean activation; where values have both signs, as behind a
    LayerNorm, whose mean is zero everywhere, they do not cancel.

    Args:
        model: A classifier in eval mode.
        inputs: Normalised images (N, 3, H, W).
        layers: Names of modules.

    Returns:
        (N, h, w) for each layer, in the given order.

    Raises:
        ValueError: If the model has no such layer, it gives no map, or none of the face.
    """
    for name in layers:
        check_shows_face(model, name)
    with recorded_maps(model, layers) as maps, torch.no_grad():
        model(inputs, mode='tensor')
    without = [name for name in layers if name not in maps]
    if without:
        raise ValueError(
            f'{", ".join(without)}: no map (N, C, H, W) or tokens (N, H * W, C) of more than one '
            'position comes out of it. Name a layer before the pooling.'
        )
    return {name: maps[name].abs().mean(1).float().cpu().numpy() for name in layers}


def main_layers(model: Any, inputs: Tensor) -> list[str]:
    """The layers worth a look: both branches of a ``DualBranch``, the backbone and the neck.

    Those that give no map are left out; in place of a backbone that pools, as ConvNeXt does by
    default, the last of its parts that gives one is taken.

    Args:
        model: A classifier in eval mode.
        inputs: Normalised images (N, 3, H, W).

    Raises:
        ValueError: If no layer gives a map.
    """
    parts = [name for name, _ in model.named_modules() if name.startswith('backbone.')]
    ends = [name for name in ('backbone', 'neck') if getattr(model, name, None) is not None]
    with recorded_maps(model, [*parts, *ends]) as maps, torch.no_grad():
        model(inputs, mode='tensor')
    shown = [name for name in (*BRANCHES, 'backbone') if name in maps]
    if 'backbone' not in maps:
        shown += [name for name in maps if name in parts][-1:]
    shown += [name for name in ends if name == 'neck' and name in maps]
    if not shown:
        raise ValueError('No layer of the model gives a map (N, C, H, W).')
    return shown
