"""Comparison of the speed and size of models."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from mmengine.config import Config
from mmpretrain.structures import DataSample
from torch import Tensor, is_tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary

from mmfer.device import usable_device
from mmfer.engine.complexity import model_complexity
from mmfer.engine.eval_mode import train_mode
from mmfer.engine.model_building import build_model
from mmfer.markdown import markdown_table
from mmfer.protocols import PreparesBenchmark, predicts_attributes, views_of


@dataclass
class Measurement:
    """The measurements of one model."""

    name: str
    parameters: int
    flops: float
    """Multiply-adds for one image in convolutions, linear layers and matrix products."""
    speed: dict[int, float] = field(default_factory=dict)
    """Images per second by batch size: the median over the rounds."""
    ratio: dict[int, float] = field(default_factory=dict)
    """Speed relative to the first model in the same round, by batch size: the median."""
    memory: dict[int, int] = field(default_factory=dict)
    """Peak bytes of weights and activations, by batch size."""
    train_speed: dict[int, float] = field(default_factory=dict)
    """Images per second of forward and backward passes in training, by batch size."""
    train_ratio: dict[int, float] = field(default_factory=dict)
    """Like ``ratio``, for training."""


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
    """Predict a batch of normalized images, and wait for the result."""
    device = inputs.device.type
    with torch.inference_mode(), precision(device, amp):
        model(inputs, mode='predict')
    if device == 'cuda':
        torch.cuda.synchronize()


def _train(model: nn.Module, inputs: Tensor, samples: list[DataSample], amp: bool) -> None:
    device = inputs.device.type
    with precision(device, amp):
        losses = model(inputs, samples, mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    model.zero_grad()
    if device == 'cuda':
        torch.cuda.synchronize()


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
            sample.set_gt_label(i % model.head.num_classes)
        sample.to(next(model.parameters()).device)
    return samples


class _StorageTracker(TorchDispatchMode):
    """Tracks the bytes that operators allocate and that are still in use."""

    def __init__(self) -> None:
        super().__init__()
        self.alive = WeakIdKeyDictionary()
        self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {id(tensor.untyped_storage()) for tensor in tree_leaves(args) if is_tensor(tensor)}
        for tensor in filter(is_tensor, tree_leaves(result)):
            storage = tensor.untyped_storage()
            if id(storage) not in given:  # neither a view nor in-place
                self.alive[storage] = storage.nbytes()
        self.peak = max(self.peak, sum(self.alive.values()))
        return result


def peak_memory(model: nn.Module, inputs: Tensor, amp: bool = False) -> int:
    """Peak bytes of the weights, the input and all tensors that a prediction allocates."""
    if inputs.device.type == 'cuda':
        torch.cuda.reset_peak_memory_stats()
        predict(model, inputs, amp)
        return torch.cuda.max_memory_allocated()
    with _StorageTracker() as tracker:
        predict(model, inputs, amp)
    tensors = [inputs, *model.parameters(), *model.buffers()]
    return tracker.peak + sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def benchmark(
    models: dict[str, nn.Module],
    batch_sizes: Sequence[int] = (1, 128),
    size: int = 224,
    repeats: int = 5,
    seconds: float = 1.0,
    amp: bool = False,
    train: bool = False,
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
    """
    device = next(next(iter(models.values())).parameters()).device
    results = []
    for name, model in models.items():
        image = torch.zeros(1, *input_shape(model, size), device=device)
        results.append(Measurement(name, *model_complexity(model, image)))
    for batch in batch_sizes:
        inputs = {model: random_images(batch, model, size).to(device) for model in models.values()}
        for result, model in zip(results, models.values(), strict=True):
            result.memory[batch] = peak_memory(model, inputs[model], amp)
            predict(model, inputs[model], amp)
        steps = [partial(predict, model, inputs[model], amp) for model in models.values()]
        speeds, ratios = take_turns(steps, batch, repeats, seconds)
        for result, speed, ratio in zip(results, speeds, ratios, strict=True):
            result.speed[batch], result.ratio[batch] = speed, ratio
        if train:
            samples = {model: annotated(model, images) for model, images in inputs.items()}
            steps = [
                partial(_train, model, inputs[model], samples[model], amp)
                for model in models.values()
            ]
            with ExitStack() as modes:
                for model in models.values():
                    modes.enter_context(train_mode(model))
                speeds, ratios = take_turns(steps, batch, repeats, seconds)
            for result, speed, ratio in zip(results, speeds, ratios, strict=True):
                result.train_speed[batch], result.train_ratio[batch] = speed, ratio
    return results


def take_turns(
    steps: Sequence[Callable[[], Any]],
    batch: int,
    repeats: int,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[list[float], list[float]]:
    """Images per second of each step, and ratios to the first step: medians over the rounds.

    Args:
        steps: Functions that process a batch each; they take turns in every round.
        batch: Number of images in a batch.
        repeats: Number of rounds.
        seconds: Minimum time of a step in a round.
        clock: Gives the time in seconds.
    """
    rounds: list[list[float]] = []
    for _ in range(repeats):
        rounds.append([])
        for step in steps:
            passes, start = 0, clock()
            while (elapsed := clock() - start) < seconds or not passes:
                step()
                passes += 1
            rounds[-1].append(passes * batch / elapsed)
    speeds = [statistics.median(column) for column in zip(*rounds, strict=True)]
    relative = [[speed / speeds[0] for speed in speeds] for speeds in rounds]
    return speeds, [statistics.median(column) for column in zip(*relative, strict=True)]


def format_table(results: Sequence[Measurement]) -> str:
    """A Markdown table of measurements."""
    batches = list(results[0].speed)
    head = ['model', 'parameters', 'FLOPs']
    for batch in batches:
        head += [f'images/s at {batch}', f'ratio at {batch}', f'peak memory at {batch}']
        if results[0].train_speed:
            head += [f'training images/s at {batch}', f'training ratio at {batch}']
    rows: list[list[str]] = []
    for result in results:
        row = [result.name, f'{result.parameters / 1e6:.2f} M', f'{result.flops / 1e9:.3f} G']
        for batch in batches:
            row += [
                f'{result.speed[batch]:.1f}',
                f'{result.ratio[batch]:.3f}',
                f'{result.memory[batch] / 2**20:.0f} MiB',
            ]
            if result.train_speed:
                row += [f'{result.train_speed[batch]:.1f}', f'{result.train_ratio[batch]:.3f}']
        rows.append(row)
    return markdown_table(head, rows)
