"""Speed of models along a curve: batch size, image size, number of classes, images of context."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from mmengine.config import Config

from mmfer.device import usable_device
from mmfer.engine.benchmark import benchmark_model, predict, random_images
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.training_speed import PLAIN, training_step
from mmfer.engine.speed.turns import Step, Times, take_turns
from mmfer.protocols import AttendsToSupport

LABELS = {
    'batch': 'images in a batch',
    'size': 'height and width in pixels',
    'classes': 'classes of the head',
    'context': 'images in the attention of one image',
}
"""The curves, and what their values are."""


def curve_speed(
    configs: Mapping[str, Config],
    curve: str,
    values: Sequence[int],
    batch: int,
    size: int,
    times: Times,
    train: bool = False,
) -> list[Row]:
    """Measure configs at each value of a curve; all configs and values take turns.

    Args:
        configs: The configs of the models by name.
        curve: A name of :data:`LABELS`.
        values: The values, from 1.
        batch: Number of images in a batch, unless this is the curve.
        size: Height and width of the images in pixels, unless this is the curve.
        times: How long, by which clock and on which device steps are measured.
        train: Measure whole training steps instead of predictions.

    Returns:
        A row for each config and value; ratios relate to the first value of the same config.

    Raises:
        ValueError: If a value cannot be set in a config.
    """
    if curve not in LABELS:
        raise ValueError(f'--curve {curve}: choose one of {", ".join((*LABELS, "frames"))}.')
    check_values(curve, values)
    if curve == 'context' and train:
        raise ValueError(
            'In training, images attend to those of their batch: measure --curve batch.'
        )
    named = [(name, value) for name in configs for value in values]
    batches = [value if curve == 'batch' else batch for _, value in named]
    device = times.device
    steps: list[Step] = []
    for (name, value), images in zip(named, batches, strict=True):
        pixels = value if curve == 'size' else size
        cfg = with_classes(configs[name], value) if curve == 'classes' else configs[name]
        if train:
            steps.append(training_step(cfg, PLAIN, images, pixels, device))
        else:
            context = value if curve == 'context' else None
            steps.append(_prediction(cfg, images, pixels, device, context))
    first = [number - number % len(values) for number in range(len(steps))]
    speeds = take_turns(steps, batches, times.repeats, times.seconds, times.timer, first)
    rows = []
    for (name, value), speed in zip(named, speeds, strict=True):
        facts = {'ms an image': f'{1000 / speed.median:.2f}'}
        column = f'training {RATE}' if train else RATE
        rows.append(Row({'model': name, curve: str(value)}, {column: speed}, facts))
    return rows


def check_values(curve: str, values: Sequence[int], least: int = 1) -> None:
    """Check the values of a curve.

    Args:
        curve: The name of the curve, for the message.
        values: The values.
        least: The smallest that makes sense.

    Raises:
        ValueError: If there is none, one is smaller, or one is given twice.
    """
    if min(values, default=0) < least or len(set(values)) < len(values):
        raise ValueError(f'--curve {curve} needs numbers from {least}, each once.')


def with_classes(cfg: Config, count: int) -> Config:
    """A config whose head tells another number of classes apart.

    Args:
        cfg: The config.
        count: The number of classes.

    Raises:
        ValueError: If its head has no number of classes.
    """
    before = (cfg.model.get('head') or {}).get('num_classes')
    if before is None:
        raise ValueError(
            'The head has no num_classes that can be changed: leave this config out of '
            '--curve classes.'
        )
    changed = deepcopy(cfg)
    for part in (changed.model, changed.get('data_preprocessor')):
        _replace(part, 'num_classes', before, count)
    if 'topk' in changed.model.head:
        changed.model.head.topk = (1,)
    return changed


def _replace(entries: Any, key: str, old: int, new: int) -> None:
    """Replace a value of a key in nested entries, in place: a head and its losses share it."""
    if isinstance(entries, dict):
        if entries.get(key) == old:
            entries[key] = new
        for value in entries.values():
            _replace(value, key, old, new)
    elif isinstance(entries, list | tuple):
        for value in entries:
            _replace(value, key, old, new)


def _prediction(
    cfg: Config, batch: int, size: int, device: str, context: int | None
) -> Callable[[], Any]:
    model = benchmark_model(cfg, device)
    if context is not None:
        attending = [one for one in model.modules() if isinstance(one, AttendsToSupport)]
        if not attending:
            raise ValueError(
                'This model has no attention to other images: --curve context is for RALD.'
            )
        for module in attending:
            module.set_support(torch.rand(context, module.support_features.size(1)))
        model.to(usable_device(device))
    return partial(predict, model, random_images(batch, model, size).to(device), False)
