"""From the crop of a face to the input of an exported model, without PyTorch."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from mmfer.faces.alignment import MOST_SIDE
from mmfer.faces.resizing import resize_square

Step = Callable[[np.ndarray], np.ndarray]
"""From an image (H, W, 3) uint8 BGR to another."""
NOTHING = (
    'LoadExpressionImage',
    'LoadImageFromFile',
    'SensorNoise',
    'PackExpression',
    'PackInputs',
)
"""Steps that change no pixel of a photograph: its reading, noise for renderings only, its form."""

MOST_WEIGHT = 1e6
"""The largest weight of a color, so that sums stay finite."""


def build_steps(pipeline: Sequence[Mapping[str, Any]], where: str) -> list[Step]:
    """The steps of a test pipeline as functions.

    Args:
        pipeline: The steps in the metadata of an exported file, ``preprocessing.pipeline``.
        where: The name of the file, for messages.

    Raises:
        ValueError: If a step, or an option of it, is wrong or needs PyTorch.

    Example:
        >>> (resize,) = build_steps([dict(type='ResizeFace', size=80)], 'a.onnx')
        >>> resize(crop).shape
        (80, 80, 3)
    """
    steps: list[Step] = []
    for entry in pipeline if isinstance(pipeline, list | tuple) else [pipeline]:
        options = dict(entry) if isinstance(entry, Mapping) else {}
        name = str(options.pop('type', '')).rpartition('.')[2]
        if name == 'Cached':
            steps += build_steps(options.get('transforms', ()), where)
        elif name == 'ResizeFace' and options.keys() == {'size'} and _is_side(options['size']):
            steps.append(partial(resize_square, size=options['size']))
        elif name == 'RandomGrayscale' and (weights := _always_gray(options)):
            steps.append(partial(gray, weights=weights))
        elif name not in NOTHING:
            raise ValueError(
                f'"{where}" prepares faces by {entry}, which is wrong or needs PyTorch: use '
                'mmfer.apis.FERInferencer.'
            )
    return steps


def _is_side(size: Any) -> bool:
    return type(size) is int and 0 < size <= MOST_SIDE


def _always_gray(options: Mapping[str, Any]) -> tuple[float, ...] | None:
    """The weights of blue, green and red; None unless each image becomes gray in three channels."""
    asked = {'prob': 0.5, 'keep_channels': False, 'color_format': 'bgr', **options}
    weights = asked.pop('channel_weights', (1.0, 1.0, 1.0))
    if asked != {'prob': 1, 'keep_channels': True, 'color_format': 'bgr'}:
        return None
    if not isinstance(weights, list | tuple) or len(weights) != 3:
        return None
    good = all(isinstance(w, int | float) and 0 <= w <= MOST_WEIGHT for w in weights)
    return tuple(weights) if good and sum(weights) > 0 else None


def gray(image: np.ndarray, weights: Sequence[float]) -> np.ndarray:
    """A gray image in three equal channels, the weighted mean of the channels rounded down."""
    mean = (np.array(weights) / sum(weights) * image).sum(axis=2)
    return np.repeat(mean.astype(np.uint8)[..., None], 3, axis=2)


def network_input(steps: Sequence[Step], image: np.ndarray) -> np.ndarray:
    """The input (3, H, W) float32 RGB, 0 to 255, of a face crop (H, W, 3) uint8 BGR."""
    for step in steps:
        image = step(image)
    return image[..., ::-1].transpose(2, 0, 1).astype(np.float32)
