"""The speed of one model in PyTorch and, exported, in onnxruntime."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

from mmfer.engine.benchmark import input_shape, predict, take_turns
from mmfer.engine.export import onnx_content
from mmfer.engine.runtimes.onnx_model import OnnxModel
from mmfer.engine.runtimes.quantization import quantized
from mmfer.markdown import markdown_table

BACKENDS = ('pytorch', 'onnxruntime', 'int8')


def runtime_speed(
    model: Any,
    batch_sizes: Sequence[int],
    size: int,
    repeats: int = 5,
    seconds: float = 1.0,
    cpu_time: bool = False,
) -> list[list[str]]:
    """Measure a model eagerly, in onnxruntime, and in onnxruntime with int8, which take turns.

    The images are random, also those that calibrate int8: its speed does not depend on them.

    Args:
        model: A classifier in eval mode, on the CPU.
        batch_sizes: Numbers of images in a batch.
        size: Height and width of the images in pixels.
        repeats: Number of rounds.
        seconds: Minimum time of each backend in a round.
        cpu_time: Whether to count the CPU time of this process: with one thread, other processes
            then hardly change the result.

    Returns:
        A row for each backend: its name, and for each batch size the images per second and their
        ratio to PyTorch, medians over the rounds.
    """
    content, number = onnx_content(model, size)
    generator = torch.Generator().manual_seed(0)
    shape = (max(batch_sizes), *input_shape(model, size))
    pixels = torch.randint(0, 256, shape, generator=generator).float()
    small = quantized(content, pixels[: number or 4].numpy(), number or 1)
    exported = [OnnxModel(one, 'the exported model') for one in (content, small)]
    clock = time.process_time if cpu_time else time.perf_counter
    rows = [[name] for name in BACKENDS]
    for batch in batch_sizes:
        images = pixels[:batch]
        steps: list[Callable[[], Any]] = [partial(predict, model, images / 255, False)]
        steps += [partial(one.scores, images.numpy()) for one in exported]
        for step in steps:
            step()
        speeds, ratios = take_turns(steps, batch, repeats, seconds, clock)
        for row, speed, ratio in zip(rows, speeds, ratios, strict=True):
            row += [f'{speed:.1f}', f'{ratio:.2f}']
    return rows


def format_runtimes(rows: Sequence[Sequence[str]], batch_sizes: Sequence[int]) -> str:
    """A Markdown table of rows of :func:`runtime_speed`, each after the name of its model."""
    head = ['model', 'run by']
    for batch in batch_sizes:
        head += [f'images/s at {batch}', f'ratio at {batch}']
    return markdown_table(head, rows)
