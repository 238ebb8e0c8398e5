"""Feature maps of the layers of a model (paper 000, figure 2)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mmfer.protocols import shows_face

BRANCHES = ('backbone.branch1', 'backbone.branch2')
"""Module names of the two networks of a ``DualBranch`` backbone."""


def change_map(output: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Replace the map in the output of a layer by ``change(map)``; None if there is no map.

    The map is (N, C, H, W), or tokens (N, H * W, C). Layers of a Swin Transformer return tokens
    together with (H, W); other tokens are assumed to form a square. Of a tuple of maps, the last
    map is replaced. A single position is not a map.

    Args:
        output: The output of the layer.
        change: A function from a map (N, C, H, W) to a map of the same shape.
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
    """A context that records the maps (N, C, H, W) of layers, in the order of the calls.

    Args:
        model: The model.
        layers: Names of modules; a module without a map gets no entry.

    Raises:
        ValueError: If the model has no module of a name.
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
    """The module of a name, such as ``backbone.layer4``.

    Raises:
        ValueError: If there is no such module; the message lists its siblings.
    """
    modules = dict(model.named_modules())
    if name and name in modules:
        return modules[name]
    parent = name.rpartition('.')[0]
    while parent not in modules:
        parent = parent.rpartition('.')[0]
    children = [f'{parent}.{child}'.lstrip('.') for child, _ in modules[parent].named_children()]
    raise ValueError(
        f'The model has no layer "{name}". The layers of {parent or "the model"} are: '
        f'{", ".join(children) or "none"}.'
    )


def check_shows_face(model: Any, layer: str) -> None:
    """Check that the maps of a layer show the whole face, not its parts.

    Raises:
        ValueError: If the model has several views and the layer is not in the branch of the face.
    """
    if not shows_face(model, layer):
        raise ValueError(
            f'"{layer}" gives maps of eyes and mouth, which cannot be laid over the face. Name a '
            'layer in "backbone.global_trunk" or "neck", if the model has these modules.'
        )


def feature_maps(model: Any, inputs: Tensor, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """Activity of each position of each layer: the mean over channels of the absolute activations.

    After a ReLU, this is the mean activation. After a LayerNorm, whose output has mean zero at
    every position, absolute values do not cancel.

    Args:
        model: A classifier in eval mode.
        inputs: Normalized images (N, 3, H, W).
        layers: Names of modules.

    Returns:
        (N, h, w) for each layer, in the given order.

    Raises:
        ValueError: If the model has no such layer, or the layer gives no map of the face.
    """
    for name in layers:
        check_shows_face(model, name)
    with recorded_maps(model, layers) as maps, torch.no_grad():
        model(inputs, mode='tensor')
    without = [name for name in layers if name not in maps]
    if without:
        raise ValueError(
            f'{", ".join(without)}: the output is no map (N, C, H, W) and no tokens (N, H * W, C) '
            'with more than one position. Name a layer before the pooling.'
        )
    return {name: maps[name].abs().mean(1).float().cpu().numpy() for name in layers}


def main_layers(model: Any, inputs: Tensor) -> list[str]:
    """The main layers to inspect: both branches of a ``DualBranch``, the backbone and the neck.

    Layers without a map are left out. For a backbone that pools, as ConvNeXt does by default, its
    last child with a map is used.

    Args:
        model: A classifier in eval mode.
        inputs: Normalized images (N, 3, H, W).

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
