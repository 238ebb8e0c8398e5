"""Where a model looks for a class: Grad-CAM (paper 002, figures 5 and 6)."""

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


def load_library() -> Any:
    """The package ``pytorch_grad_cam``.

    Raises:
        ValueError: If it is not installed.
    """
    try:
        return importlib.import_module('pytorch_grad_cam')
    except ImportError as error:
        raise ValueError(
            f'Grad-CAM needs the package grad-cam, which can not be imported ({error}). Install '
            'it: pip install -r requirements/optional.txt'
        ) from error


class TappedScores(nn.Module):
    """The scores of a classifier, with the map of one layer led through ``tap``.

    There it is a plain (N, C, H, W), whatever the layer gives: a tuple of maps, tokens.

    Args:
        model: A classifier.
        layer: The name of its module.

    Raises:
        ValueError: If there is no such module.
    """

    def __init__(self, model: Any, layer: str) -> None:
        super().__init__()
        self.model = model
        self.tap = nn.Identity()
        self._hook = find_layer(model, layer).register_forward_hook(self._lead_through)

    def _lead_through(self, module: nn.Module, inputs: Any, output: Any) -> Any:
        # The map itself passes the tap, so that all that comes of it counts, also a vector pooled
        # within the layer. A copy goes on: operations in place must not change what was seen.
        return change_map(output, lambda feature_map: self.tap(feature_map).clone())

    def forward(self, inputs: Tensor) -> Tensor:
        """Scores (N, C) of normalised images (N, 3, H, W)."""
        return self.model(inputs, mode='tensor')

    def close(self) -> None:
        """Leave the model as it was."""
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
    """The last layer that gives a map from which the scores are computed.

    The neck, of a chain of necks the last that does; else the backbone, or the last of its parts.

    Args:
        model: A classifier in eval mode.
        inputs: Normalised images (N, 3, H, W).

    Raises:
        ValueError: If there is none.
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
    raise ValueError('The scores of the model come from no map (N, C, H, W): Grad-CAM needs one.')


def grad_cam(model: Any, inputs: Tensor, target: int, layer: str) -> np.ndarray:
    """Where in an image the score of a class comes from, by the ``grad-cam`` library.

    Args:
        model: A classifier in eval mode.
        inputs: One normalised image (1, 3, H, W); alone, since images that meet in the model
            would mix their gradients.
        target: The class or attribute.
        layer: The name of the module whose map is looked at.

    Returns:
        (H, W) float32 over the face, 0 ... 1: its largest value is 1, unless nothing speaks for
        the class.

    Raises:
        ValueError: If the layer gives no map from which the scores are computed, or none of the
            face, there is no such class, or the library is missing.
    """
    check_shows_face(model, layer)
    library = load_library()
    outputs = importlib.import_module('pytorch_grad_cam.utils.model_targets')
    if not _scores_depend_on(model, layer, inputs):
        raise ValueError(
            f'"{layer}" gives no map (N, C, H, W), or several, or the scores do not come from it. '
            'Name a layer before the pooling.'
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
