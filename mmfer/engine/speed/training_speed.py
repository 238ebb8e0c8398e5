"""The speed of a training step with each option of a config that makes it faster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from logging import WARNING
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from torch import Tensor
from torch._dynamo.exc import TorchDynamoException

from mmfer.compat import compile_without_updates
from mmfer.engine.benchmark import annotated, benchmark_model, input_shape
from mmfer.engine.configuration.entry_types import is_type
from mmfer.engine.cpu_amp import CPUAmpOptimWrapper, cpu_has_bfloat16
from mmfer.engine.hooks.teacher_hook import TeacherHook
from mmfer.engine.speed.memory import tensors_in_training
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.turns import Times, take_turns
from mmfer.registry import HOOKS


class Options(NamedTuple):
    """Options of a training, each of which a config can set."""

    channels_last: bool = False
    """``ChannelsLastHook``."""
    bfloat16: bool = False
    """``CPUAmpOptimWrapper``; on a GPU ``AmpOptimWrapper`` with bfloat16."""
    fused: bool = False
    """``optimizer=dict(fused=True)``."""
    compiled: bool = False
    """``compile=True``, which compiles the ``train_step`` without the optimizer's update."""

    def __str__(self) -> str:
        named = [name.replace('_', ' ') for name, on in self._asdict().items() if on]
        return ', '.join(named) or 'none'


PLAIN = Options()
COMPILED_WARM_UPS = 3


def choices(compiled: bool = False, device: str = 'cpu') -> list[Options]:
    """No option, each option alone, and all together; bfloat16 where the device has units for it.

    Args:
        compiled: Whether ``torch.compile`` is among them.
        device: The device of the training.
    """
    able = torch.cuda.is_bf16_supported() if device == 'cuda' else cpu_has_bfloat16()
    on = {'channels_last': True, 'fused': True}
    on |= {'bfloat16': True} if able else {}
    on |= {'compiled': True} if compiled else {}
    return [Options(), *(Options(**{name: True}) for name in on), Options(**on)]


@dataclass
class TrainingStep:
    """A whole step as mmengine runs it: preprocessing, forward, backward and AdamW, on one batch.

    Loading the batch does not count.
    """

    model: Any
    data: dict[str, Any]
    """Pixels ``inputs`` (N, C, H, W), and ``data_samples``."""
    wrapper: OptimWrapper

    def __call__(self) -> None:
        """Train with the batch."""
        self.model.train_step(self.data, self.wrapper)

    def tensors(self) -> list[Tensor]:
        """Input, weights, buffers and the state of the optimizer."""
        states = self.wrapper.optimizer.state.values()
        state = [value for one in states for value in one.values() if torch.is_tensor(value)]
        return [*tensors_in_training(self.model), self.data['inputs'], *state]


def trainable_model(cfg: Config, device: str) -> Any:
    """The model of a config with random weights; a student has the teacher of its config."""
    model = benchmark_model(cfg, device)
    for hook in cfg.get('custom_hooks') or ():
        if is_type(hook, TeacherHook):
            HOOKS.build(hook).teach(model)
    return model


def training_step(
    cfg: Config, options: Options, batch: int, size: int, device: str = 'cpu'
) -> TrainingStep:
    """A training step of the model of a config, with random weights and one random batch.

    Args:
        cfg: The config.
        options: Options of the training.
        batch: Number of images in the batch.
        size: Height and width of the images in pixels.
        device: ``'cpu'`` or ``'cuda'``.
    """
    torch.manual_seed(0)
    model = trainable_model(cfg, device)
    pixels = random_pixels(batch, model, size).to(device)
    return step_of(model, pixels, annotated(model, pixels / 255), options)


def random_pixels(count: int, model: Any, size: int) -> Tensor:
    """Random images (N, C, H, W) uint8, as data loaders give, the same for the same shape."""
    generator = torch.Generator().manual_seed(0)
    shape = (count, *input_shape(model, size))
    return torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)


def step_of(
    model: Any, pixels: Tensor, samples: list[Any], options: Options = PLAIN
) -> TrainingStep:
    """A training step of a model with a batch of images and samples."""
    if options.channels_last:
        model.to(memory_format=torch.channels_last)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=options.fused)
    if not options.bfloat16:
        wrapper = OptimWrapper(optimizer=optimizer)
    elif pixels.device.type == 'cuda':
        wrapper = AmpOptimWrapper(dtype='bfloat16', loss_scale=1.0, optimizer=optimizer)
    else:
        wrapper = CPUAmpOptimWrapper(optimizer=optimizer)
    if options.compiled:
        compile_without_updates()
        model.train_step = torch.compile(model.train_step)
    return TrainingStep(model, dict(inputs=pixels, data_samples=samples), wrapper)


def training_speed(
    configs: Mapping[str, Config],
    batch_sizes: Sequence[int],
    size: int,
    times: Times,
    compiled: bool = False,
) -> list[Row]:
    """Measure a training step with the :func:`choices` of options; all configs take turns.

    Without options, the step is that of mmengine and mmpretrain in float32.

    Args:
        configs: The configs of the models by name.
        batch_sizes: Numbers of images in a batch.
        size: Height and width of the images in pixels.
        times: How long, by which clock and on which device steps are measured.
        compiled: Whether to measure ``torch.compile``, too, which needs a C++ compiler.

    Returns:
        A row for each config and choice; ratios relate to the same config without options.
    """
    chosen = choices(compiled, times.device)
    rows = {
        (name, options): Row({'model': name, 'options': str(options)})
        for name in configs
        for options in chosen
    }
    for batch in batch_sizes:
        steps = {
            (name, options): training_step(configs[name], options, batch, size, times.device)
            for name, options in rows
        }
        steps = {
            key: step for key, step in steps.items() if not key[1].compiled or _warm(step, key)
        }
        rows = {key: rows[key] for key in steps}
        first = [list(rows).index((name, PLAIN)) for name, _ in rows]
        ready = list(steps.values())
        speeds = take_turns(ready, batch, times.repeats, times.seconds, times.timer, first)
        for row, speed in zip(rows.values(), speeds, strict=True):
            row.speeds[f'training {RATE} at {batch}'] = speed
    return list(rows.values())


def _warm(step: TrainingStep, key: tuple[str, Options]) -> bool:
    """Run a compiled step until it is compiled; return False, and log why, if it cannot be."""
    try:
        # It may be compiled again for what changes after the first step.
        for _ in range(COMPILED_WARM_UPS):
            step()
    except TorchDynamoException as error:
        reason = next((line for line in str(error).splitlines() if 'Error' in line), str(error))
        print_log(
            f'{key[0]} ({key[1]}) is left out: torch.compile failed ({reason.strip()[:200]}).',
            logger='current',
            level=WARNING,
        )
        return False
    return True
