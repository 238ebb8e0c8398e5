"""Speed, size and memory of several models side by side."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

import torch
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.engine.benchmark import annotated, input_shape, precision, predict, random_images
from mmfer.engine.complexity import model_complexity
from mmfer.engine.eval_mode import train_mode
from mmfer.engine.speed.memory import peak_bytes, tensors_in_training, tensors_of
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.turns import Speed, Timer, take_turns, timer_for


@dataclass
class Measurement:
    """The measurements of one model."""

    name: str
    parameters: int
    flops: float
    """Multiply-adds for one image in convolutions, linear layers and matrix products."""
    speed: dict[int, Speed] = field(default_factory=dict)
    """Images per second by batch size, also relative to the first model in the same round."""
    memory: dict[int, int] = field(default_factory=dict)
    """Peak bytes of weights and activations, by batch size."""
    train_speed: dict[int, Speed] = field(default_factory=dict)
    """Images per second of forward and backward passes in training, by batch size."""
    train_memory: dict[int, int] = field(default_factory=dict)
    """Like ``memory``, for training; gradients count, the state of an optimizer does not."""


def _train(model: nn.Module, inputs: Tensor, samples: list[DataSample], amp: bool) -> None:
    device = inputs.device.type
    with precision(device, amp):
        losses = model(inputs, samples, mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    model.zero_grad()


def peak_memory(model: nn.Module, inputs: Tensor, amp: bool = False) -> int:
    """Peak bytes of the weights, the input and all tensors that a prediction allocates."""
    return peak_bytes(partial(predict, model, inputs, amp), [inputs, *tensors_of(model)])


def benchmark(
    models: dict[str, nn.Module],
    batch_sizes: Sequence[int] = (1, 128),
    size: int = 224,
    repeats: int = 5,
    seconds: float = 1.0,
    amp: bool = False,
    train: bool = False,
    cpu_time: bool = False,
) -> list[Measurement]:
    """Measure models in one process on the same random images.

    The models take turns in every round, so that a slow phase of the machine affects all models;
    ratios of speeds are computed within a round.

    Args:
        models: The models by name; the others are compared with the first.
        batch_sizes: Numbers of images in a batch.
        size: Height and width of the images in pixels, of each view if a model has several views.
        repeats: Number of rounds.
        seconds: Minimum time of a model in a round.
        amp: Predict in mixed precision.
        train: Also measure training: forward, loss and backward, without an optimizer.
        cpu_time: Count the CPU time of this process instead of the time on the clock.
    """
    device = next(next(iter(models.values())).parameters()).device
    timer = timer_for(device.type, cpu_time)
    results = []
    for name, model in models.items():
        image = torch.zeros(1, *input_shape(model, size), device=device)
        results.append(Measurement(name, *model_complexity(model, image)))
    for batch in batch_sizes:
        inputs = {model: random_images(batch, model, size).to(device) for model in models.values()}
        for result, model in zip(results, models.values(), strict=True):
            result.memory[batch] = peak_memory(model, inputs[model], amp)
        steps = [partial(predict, model, inputs[model], amp) for model in models.values()]
        speeds = take_turns(steps, batch, repeats, seconds, timer)
        for result, speed in zip(results, speeds, strict=True):
            result.speed[batch] = speed
        if train:
            _measure_training(results, models, inputs, batch, repeats, seconds, amp, timer)
    return results


def _measure_training(
    results: Sequence[Measurement],
    models: dict[str, nn.Module],
    inputs: dict[nn.Module, Tensor],
    batch: int,
    repeats: int,
    seconds: float,
    amp: bool,
    timer: Timer,
) -> None:
    samples = {model: annotated(model, images) for model, images in inputs.items()}
    steps = [
        partial(_train, model, inputs[model], samples[model], amp) for model in models.values()
    ]
    with ExitStack() as modes:
        for model in models.values():
            modes.enter_context(train_mode(model))
        for step, model, result in zip(steps, models.values(), results, strict=True):
            result.train_memory[batch] = peak_bytes(
                step, [inputs[model], *tensors_in_training(model)]
            )
        speeds = take_turns(steps, batch, repeats, seconds, timer)
    for result, speed in zip(results, speeds, strict=True):
        result.train_speed[batch] = speed


def rows_of(results: Sequence[Measurement]) -> list[Row]:
    """Measurements as rows of a table."""
    rows = []
    for result in results:
        row = Row({'model': result.name})
        row.facts['parameters'] = f'{result.parameters / 1e6:.2f} M'
        row.facts['FLOPs'] = f'{result.flops / 1e9:.3f} G'
        for batch, speed in result.speed.items():
            row.facts[f'peak memory at {batch}'] = f'{result.memory[batch] / 2**20:.0f} MiB'
            row.speeds[f'{RATE} at {batch}'] = speed
        for batch, speed in result.train_speed.items():
            peak = f'{result.train_memory[batch] / 2**20:.0f} MiB'
            row.facts[f'training peak memory at {batch}'] = peak
            row.speeds[f'training {RATE} at {batch}'] = speed
        rows.append(row)
    return rows
