"""Grad-CAM: the regions of a face behind the score of a class (paper 002, figures 5 and 6)."""

import importlib
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from mmfer.protocols import views_of
from mmfer.visualization.feature_maps import (
    change_map,
    check_shows_face,
    find_layer,
    recorded_maps,
)

COARSE_MAP = 7
"""Fewer cells on a side than this are mentioned: the map then shows little detail."""


def load_library() -> Any:
    """Import the package ``pytorch_grad_cam``.

    Raises:
        ValueError: If the package is not installed.
    """
    try:
        return importlib.import_module('pytorch_grad_cam')
    except ImportError as error:
        raise ValueError(
            f'Grad-CAM needs the package grad-cam, which cannot be imported ({error}). Install '
            'the package: pip install "mmfer[optional]"'
        ) from error


class TappedScores(nn.Module):
    """The scores of a classifier, with the map of one layer passed through the module ``tap``.

    The input of ``tap`` is always a map (N, C, H, W), also if the layer returns a tuple or tokens.

    Args:
        model: A classifier.
        layer: The name of a module of the classifier.

    Raises:
        ValueError: If there is no such module.
    """

    def __init__(self, model: Any, layer: str) -> None:
        super().__init__()
        self.model = model
        self.tap = nn.Identity()
        self._hook = find_layer(model, layer).register_forward_hook(self._lead_through)

    def _lead_through(self, module: nn.Module, inputs: Any, output: Any) -> Any:
        # The map itself passes the tap, so all results computed from the map count, including a
        # vector pooled in the layer. In-place operations change a copy, not the recorded map.
        return change_map(output, lambda feature_map: self.tap(feature_map).clone())

    def forward(self, inputs: Tensor) -> Tensor:
        """Scores (N, C) of normalized images (N, 3, H, W)."""
        return self.model(inputs, mode='tensor')

    def close(self) -> None:
        """Remove the hooks from the model."""
        self._hook.remove()


def _scores_depend_on(model: Any, layer: str, inputs: Tensor) -> bool:
    """Whether the layer gives one map, and the scores are computed from it."""
    seen: list[Tensor] = []
    tapped = TappedScores(model, layer)
    tapped.tap.register_forward_hook(lambda module, args, output: seen.append(output))
    try:
        scores = tapped(inputs.detach().clone().requires_grad_())
    finally:
        tapped.close()
    if len(seen) != 1:
        return False
    return torch.autograd.grad(scores.sum(), seen, allow_unused=True)[0] is not None


def last_map_layer(model: Any, inputs: Tensor) -> str:
    """The last layer with a map from which the scores are computed.

    This is the neck, or the last such neck of several; otherwise the backbone, or its last such
    child.

    Args:
        model: A classifier in eval mode.
        inputs: Normalized images (N, 3, H, W).

    Raises:
        ValueError: If there is no such layer.
    """
    neck = getattr(model, 'neck', None)
    chain = len(neck) if isinstance(neck, nn.Sequential) else 0
    parts = [name for name, _ in model.named_modules() if name.startswith('backbone.')]
    necks = [] if neck is None else ['neck', *(f'neck.{i}' for i in reversed(range(chain)))]
    with recorded_maps(model, [*parts, *necks, 'backbone']) as maps, torch.no_grad():
        model(inputs, mode='tensor')
    for name in [*necks, 'backbone', *(name for name in reversed(maps) if name in parts)]:
        if name in maps and _scores_depend_on(model, name, inputs):
            return name
    raise ValueError(
        'Grad-CAM needs a map (N, C, H, W), but the model computes no scores from one.'
    )


def map_cells(model: Any, inputs: Tensor, layer: str) -> tuple[int, int]:
    """The height and the width of the map of a layer."""
    with recorded_maps(model, [layer]) as maps, torch.no_grad():
        model(inputs, mode='tensor')
    return int(maps[layer].shape[-2]), int(maps[layer].shape[-1])


def few_cells(cells: tuple[int, int]) -> str:
    """A sentence about a map of so few cells that it shows little; else an empty text."""
    if min(cells) >= COARSE_MAP:
        return ''
    return f'{cells[0]} x {cells[1]} cells are few: the map shows only the rough place.'


def grad_cam(model: Any, inputs: Tensor, target: int, layer: str) -> np.ndarray:
    """The regions of an image that raise the score of a class, by the ``grad-cam`` library.

    Args:
        model: A classifier in eval mode.
        inputs: One normalized image (1, 3, H, W); models that compare the images of a batch would
            mix the gradients of several images.
        target: Index of the class or attribute.
        layer: The name of the module whose map is used.

    Returns:
        (H, W) float32 over the face, from 0 to 1. The largest value is 1, unless no region raises
        the score.

    Raises:
        ValueError: If the layer has no map of the face from which the scores are computed, the
            class does not exist, or the library is missing.
    """
    check_shows_face(model, layer)
    library = load_library()
    outputs = importlib.import_module('pytorch_grad_cam.utils.model_targets')
    if not _scores_depend_on(model, layer, inputs):
        raise ValueError(
            f'"{layer}" gives no map (N, C, H, W) or several maps, or the scores do not depend on '
            'the map. Name a layer before the pooling.'
        )
    tapped = TappedScores(model, layer)
    try:
        cam = library.GradCAM(tapped, [tapped.tap])
        chosen = [outputs.ClassifierOutputTarget(target)]
        heat = cam(inputs.detach().clone().requires_grad_(), chosen)
    finally:
        tapped.close()
        model.zero_grad()
    views = views_of(model)
    if views == 1:
        return heat[0]
    height, width = heat[0].shape
    return cv2.resize(heat[0], (width, height // views), interpolation=cv2.INTER_AREA)
