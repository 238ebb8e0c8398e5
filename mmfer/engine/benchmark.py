"""Speed and size of models, beside each other."""

import logging
import statistics
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from mmengine.analysis import get_model_complexity_info
from mmengine.config import Config
from mmengine.logging import MMLogger
from torch import Tensor, is_tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary

from mmfer.registry import MODELS


@dataclass
class Measurement:
    """What was measured of one model."""

    name: str
    parameters: int
    flops: float
    """Multiply-adds of one image in convolutions, linear layers and matrix products."""
    speed: dict[int, float] = field(default_factory=dict)
    """Images per second by batch size: the median over the rounds."""
    ratio: dict[int, float] = field(default_factory=dict)
    """Speed over the first model's in the same round, by batch size: the median."""
    memory: dict[int, int] = field(default_factory=dict)
    """Peak bytes of weights and activations, by batch size."""


def build_model(cfg: Config, device: str) -> nn.Module:
    """The model of a config with random weights, ready to predict.

    A module that needs more than weights to predict, such as a support set, makes a random one in
    its method ``prepare_benchmark()``.
    """
    model = MODELS.build(cfg.model)
    for module in model.modules():
        if hasattr(module, 'prepare_benchmark'):
            module.prepare_benchmark()
    model.to(device).eval()
    return model


def precision(device: str, amp: bool) -> AbstractContextManager[Any]:
    """float16 on a GPU, bfloat16 on a CPU if ``amp``, else float32."""
    if not amp:
        return nullcontext()
    return torch.autocast(device, torch.float16 if device == 'cuda' else torch.bfloat16)


def _predict(model: nn.Module, inputs: Tensor, amp: bool) -> None:
    device = inputs.device.type
    with torch.inference_mode(), precision(device, amp):
        model(inputs, mode='predict')
    if device == 'cuda':
        torch.cuda.synchronize()


class _StorageTracker(TorchDispatchMode):
    """Follows the bytes that operators allocate and that are still referred to."""

    def __init__(self) -> None:
        super().__init__()
        self.alive = WeakIdKeyDictionary()
        self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {id(tensor.untyped_storage()) for tensor in tree_leaves(args) if is_tensor(tensor)}
        for tensor in filter(is_tensor, tree_leaves(result)):
            storage = tensor.untyped_storage()
            if id(storage) not in given:  # neither a view nor in place
                self.alive[storage] = storage.nbytes()
        self.peak = max(self.peak, sum(self.alive.values()))
        return result


def peak_memory(model: nn.Module, inputs: Tensor, amp: bool = False) -> int:
    """Peak bytes of the model's weights, its input and all that a prediction allocates."""
    if inputs.device.type == 'cuda':
        torch.cuda.reset_peak_memory_stats()
        _predict(model, inputs, amp)
        return torch.cuda.max_memory_allocated()
    with _StorageTracker() as tracker:
        _predict(model, inputs, amp)
    tensors = [inputs, *model.parameters(), *model.buffers()]
    return tracker.peak + sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def benchmark(
    models: dict[str, nn.Module],
    batch_sizes: Sequence[int] = (1, 128),
    size: int = 224,
    repeats: int = 5,
    seconds: float = 1.0,
    amp: bool = False,
) -> list[Measurement]:
    """Measure models in one process on the same random images.

    The models take turns in every round, so that what slows the machine for a while slows them
    all, and the ratio of speeds is taken within a round.

    Args:
        models: By name; the first is the one that the others are compared with.
        batch_sizes: How many images are predicted at once.
        size: Height and width of the images in pixels.
        repeats: How many rounds.
        seconds: How long a model runs at least in a round.
        amp: Predict in mixed precision.
    """
    results = []
    # It warns of every operator that it does not count.
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.ERROR)
    for name, model in models.items():
        complexity = get_model_complexity_info(
            model, (3, size, size), show_table=False, show_arch=False
        )
        parameters = sum(parameter.numel() for parameter in model.parameters())
        results.append(Measurement(name, parameters, complexity['flops']))
    logger.setLevel(level)
    device = next(next(iter(models.values())).parameters()).device
    generator = torch.Generator().manual_seed(0)
    for batch in batch_sizes:
        inputs = torch.randn(batch, 3, size, size, generator=generator).to(device)
        for result, model in zip(results, models.values(), strict=True):
            result.memory[batch] = peak_memory(model, inputs, amp)
            _predict(model, inputs, amp)
        rounds: list[list[float]] = []
        for _ in range(repeats):
            rounds.append([])
            for model in models.values():
                passes, start = 0, time.perf_counter()
                while (elapsed := time.perf_counter() - start) < seconds or not passes:
                    _predict(model, inputs, amp)
                    passes += 1
                rounds[-1].append(passes * batch / elapsed)
        for index, result in enumerate(results):
            result.speed[batch] = statistics.median(speeds[index] for speeds in rounds)
            result.ratio[batch] = statistics.median(speeds[index] / speeds[0] for speeds in rounds)
    return results


def format_table(results: Sequence[Measurement]) -> str:
    """A Markdown table of measurements."""
    batches = list(results[0].speed)
    head = ['model', 'parameters', 'FLOPs']
    for batch in batches:
        head += [f'images/s at {batch}', f'ratio at {batch}', f'peak memory at {batch}']
    rows = [head, ['---'] * len(head)]
    for result in results:
        row = [result.name, f'{result.parameters / 1e6:.2f} M', f'{result.flops / 1e9:.3f} G']
        for batch in batches:
            row += [
                f'{result.speed[batch]:.1f}',
                f'{result.ratio[batch]:.3f}',
                f'{result.memory[batch] / 2**20:.0f} MiB',
            ]
        rows.append(row)
    return '\n'.join(f'| {" | ".join(row)} |' for row in rows)
