"""The speed of a training step with each option of a config that makes it faster."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper

from mmfer.engine.benchmark import annotated, benchmark_model, random_images, take_turns
from mmfer.engine.cpu_amp import cpu_has_bfloat16
from mmfer.markdown import markdown_table


class Options(NamedTuple):
    """Options of a training, each of which a config can set."""

    channels_last: bool = False
    """``ChannelsLastHook``."""
    bfloat16: bool = False
    """``CPUAmpOptimWrapper``."""
    fused: bool = False
    """``optimizer=dict(fused=True)``."""
    compiled: bool = False
    """``compile=True``."""

    def __str__(self) -> str:
        named = [name.replace('_', ' ') for name, on in self._asdict().items() if on]
        return ', '.join(named) or 'none'


def choices(compiled: bool = False) -> list[Options]:
    """No option, each option alone, and all together; bfloat16 where the CPU has units for it."""
    on = {'channels_last': True, 'fused': True}
    on |= {'bfloat16': True} if cpu_has_bfloat16() else {}
    on |= {'compiled': True} if compiled else {}
    return [Options(), *(Options(**{name: True}) for name in on), Options(**on)]


def training_step(cfg: Config, options: Options, batch: int, size: int) -> Callable[[], Any]:
    """A whole step of a training on the CPU: forward, backward and AdamW, on one random batch."""
    torch.manual_seed(0)
    model: Any = benchmark_model(cfg, 'cpu')
    if options.channels_last:
        model.to(memory_format=torch.channels_last)
    images = random_images(batch, model, size)
    samples = annotated(model, images)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=options.fused)
    wrapper = OptimWrapper(optimizer)
    if options.compiled:
        model.forward = torch.compile(model.forward)
    return partial(_step, model, images, samples, wrapper, options.bfloat16)


def _step(
    model: Any, images: torch.Tensor, samples: list[Any], wrapper: OptimWrapper, bfloat16: bool
) -> None:
    with (
        wrapper.optim_context(model),
        torch.autocast('cpu', torch.bfloat16, enabled=bfloat16),
    ):
        losses = model(images, samples, mode='loss')
    wrapper.update_params(model.parse_losses(losses)[0])


def training_speed(
    cfg: Config,
    batch: int,
    size: int,
    repeats: int = 5,
    seconds: float = 1.0,
    compiled: bool = False,
    cpu_time: bool = False,
) -> list[list[str]]:
    """Measure a training step with the :func:`choices` of options, which take turns.

    Without options, the step is that of mmengine and mmpretrain in float32.

    Args:
        cfg: The config of the model.
        batch: Number of images in a batch.
        size: Height and width of the images in pixels.
        repeats: Number of rounds.
        seconds: Minimum time of each choice in a round.
        compiled: Whether to measure ``torch.compile``, too, which needs a C++ compiler.
        cpu_time: Whether to count the CPU time of this process instead of the time on the clock.

    Returns:
        A row for each choice: the options, the images per second and their ratio to no option,
        medians over the rounds.
    """
    chosen = choices(compiled)
    steps = [training_step(cfg, options, batch, size) for options in chosen]
    for step in steps:
        step()
    clock = time.process_time if cpu_time else time.perf_counter
    speeds, ratios = take_turns(steps, batch, repeats, seconds, clock)
    return [
        [str(options), f'{speed:.1f}', f'{ratio:.2f}']
        for options, speed, ratio in zip(chosen, speeds, ratios, strict=True)
    ]


def format_training(rows: list[list[str]], batch: int) -> str:
    """A Markdown table of rows of :func:`training_speed`, each after the name of its model."""
    head = ['model', 'options', f'training images/s at {batch}', 'ratio']
    return markdown_table(head, rows)
