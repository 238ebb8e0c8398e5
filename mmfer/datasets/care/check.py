"""All checks of a data set."""

from collections.abc import Callable, Iterable
from typing import Any

from mmengine.config import Config

from mmfer.datasets.care.findings import (
    Finding,
    Images,
    broken,
    class_order,
    framing,
    official,
    persons,
    sizes,
)
from mmfer.datasets.care.fingerprints import fingerprints
from mmfer.datasets.care.parts import read_parts
from mmfer.datasets.care.same_images import same_images


def check_data(
    config: Config, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter
) -> list[Finding]:
    """Check the data sets of a config.

    The counts are compared with the official ones. Every image is decoded, and missing and broken
    images are listed. Images that are in the training part and in another part, or have two labels,
    are found by their bytes and by their content. Persons in two parts, the order of the classes
    and the recorded alignment are checked, too.

    Args:
        config: A config with a ``train_dataloader``, ``val_dataloader`` or ``test_dataloader``.
        progress: Wraps the images, to show a progress bar.

    Returns:
        The findings, of which some may be faults.

    Raises:
        ValueError: If the config has no data set.

    Example:
        >>> [finding.title for finding in check_data(config) if finding.fault]
        ['The same image in two parts']
    """
    parts = read_parts(config)
    images = Images(parts)
    for part in parts:
        images.samples += part.samples
        images.splits += [part.split] * len(part.samples)
        images.labels += [part.label(sample) for sample in part.samples]
    images.prints = list(fingerprints(progress(images.samples)))
    head = (config.get('model') or {}).get('head') or {}
    return [
        sizes(parts),
        official(parts),
        broken(images),
        *same_images(images),
        persons(parts),
        class_order(parts, head.get('num_classes')),
        framing(parts),
    ]
