"""The speed of models in PyTorch and, exported, in onnxruntime."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from torch import Tensor

from mmfer.engine.benchmark import predict
from mmfer.engine.export import onnx_content
from mmfer.engine.runtimes.onnx_model import OnnxModel
from mmfer.engine.runtimes.quantization import quantized
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.training_speed import random_pixels
from mmfer.engine.speed.turns import Times, take_turns

BACKENDS = ('pytorch', 'onnxruntime', 'int8')


def runtime_speed(
    models: Mapping[str, Any],
    batch_sizes: Sequence[int],
    size: int,
    times: Times,
) -> list[Row]:
    """Measure models eagerly, in onnxruntime, and in onnxruntime with int8; all take turns.

    The images are random, also those that calibrate int8: its speed does not depend on them.

    Args:
        models: Classifiers in eval mode, on the CPU, by name.
        batch_sizes: Numbers of images in a batch.
        size: Height and width of the images in pixels.
        times: How long, by which clock and on which device steps are measured.

    Returns:
        A row for each model and backend; ratios relate to PyTorch with the same model.
    """
    most = max(batch_sizes)
    pixels = [random_pixels(most, model, size).float() for model in models.values()]
    exported = [
        _exported(model, size, images)
        for model, images in zip(models.values(), pixels, strict=True)
    ]
    rows = [Row({'model': name, 'run by': backend}) for name in models for backend in BACKENDS]
    first = [number - number % len(BACKENDS) for number in range(len(rows))]
    for batch in batch_sizes:
        steps: list[Callable[[], Any]] = []
        for model, images, files in zip(models.values(), pixels, exported, strict=True):
            steps.append(partial(predict, model, images[:batch] / 255, False))
            steps += [partial(file.scores, images[:batch].numpy()) for file in files]
        speeds = take_turns(steps, batch, times.repeats, times.seconds, times.timer, first)
        for row, speed in zip(rows, speeds, strict=True):
            row.speeds[f'{RATE} at {batch}'] = speed
    return rows


def _exported(model: Any, size: int, pixels: Tensor) -> list[OnnxModel]:
    """The model in onnxruntime, in float32 and in int8."""
    content, number = onnx_content(model, size)
    while len(pixels) < (number or 4):
        pixels = pixels.repeat(2, 1, 1, 1)
    small = quantized(content, pixels[: number or 4].numpy(), number or 1)
    return [OnnxModel(one, 'the exported model') for one in (content, small)]
