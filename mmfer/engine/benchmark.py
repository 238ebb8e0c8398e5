"""Comparison of the speed and size of models."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from mmengine.config import Config
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.device import usable_device
from mmfer.engine.complexity import model_complexity
from mmfer.engine.eval_mode import train_mode
from mmfer.engine.model_building import build_model
from mmfer.engine.speed.memory import peak_bytes, tensors_of
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.turns import Speed, Timer, take_turns, timer_for
from mmfer.protocols import PreparesBenchmark, predicts_attributes, views_of


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


def benchmark_model(cfg: Config, device: str) -> nn.Module:
    """The model of a config with random weights, ready for prediction.

    A module that needs more than weights, such as a support set, creates a random one in its method
    ``prepare_benchmark()``.
    """
    model = build_model(cfg)
    for module in model.modules():
        if isinstance(module, PreparesBenchmark):
            module.prepare_benchmark()
    prepared: nn.Module = model.to(usable_device(device)).eval()
    return prepared


def precision(device: str, amp: bool) -> AbstractContextManager[Any]:
    """If ``amp``, float16 on a GPU and bfloat16 on a CPU; else float32."""
    if not amp:
        return nullcontext()
    return torch.autocast(device, torch.float16 if device == 'cuda' else torch.bfloat16)


def input_shape(model: nn.Module, size: int) -> tuple[int, int, int]:
    """The shape of one input: square images of ``size`` pixels, stacked vertically if several.

    The number of channels is that of the first convolution, 3 for images.
    """
    convolutions = (layer for layer in model.modules() if isinstance(layer, nn.Conv2d))
    first = next(convolutions, None)
    channels = 3 if first is None else first.in_channels
    return channels, views_of(model) * size, size


def random_images(count: int, model: nn.Module, size: int) -> Tensor:
    """Random images, the same for all models with the same number of views."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, *input_shape(model, size), generator=generator)


def predict(model: nn.Module, inputs: Tensor, amp: bool) -> None:
    """Predict a batch of normalized images; on a GPU, the work may go on."""
    device = inputs.device.type
    with torch.inference_mode(), precision(device, amp):
        model(inputs, mode='predict')


def _train(model: nn.Module, inputs: Tensor, samples: list[DataSample], amp: bool) -> None:
    device = inputs.device.type
    with precision(device, amp):
        losses = model(inputs, samples, mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    model.zero_grad()


def annotated(model: Any, inputs: Tensor) -> list[DataSample]:
    """Samples with labels or attributes for the head, and with masks for attention losses."""
    with torch.no_grad():
        predictions = model(inputs, mode='predict')
    samples = [DataSample(metainfo={'sample_idx': i}) for i in range(len(inputs))]
    for i, (sample, predicted) in enumerate(zip(samples, predictions, strict=True)):
        if 'attention' in predicted:
            sample.set_field(torch.ones_like(predicted.attention), 'landmark_mask')
        if predicts_attributes(model):
            sample.set_gt_score(torch.arange(model.head.num_classes) % 2)
        else:
            label = i % model.head.num_classes
            sample.set_gt_label(label)
            if getattr(getattr(model.head, 'loss_module', None), 'use_soft', False):
                sample.set_gt_score(torch.eye(model.head.num_classes)[label])
    device = next(model.parameters()).device
    return [sample.to(device) for sample in samples]


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
            result.train_memory[batch] = peak_bytes(step, [inputs[model], *tensors_of(model)])
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
