"""Checks that held-out subjects do not influence the model that is tested on them."""

import ast
import logging
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.logging import print_log

from mmfer.datasets.wrapped import readers_of
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.configuration.choosers import choosers, dicts_in
from mmfer.engine.feature_bank import build_with_pipeline
from mmfer.shipped_models import named_checkpoint


def innermost(dataset: ConfigDict, where: str) -> ConfigDict:
    """The config of the reader of a data set, inside wrappers such as RepeatDataset.

    Raises:
        ValueError: If several data sets are concatenated.
    """
    readers = readers_of(dataset)
    if len(readers) != 1:
        raise ValueError(
            f'{where}.dataset joins {len(readers)} data sets, but cross validation divides one. '
            'Give one reader.'
        )
    reader: ConfigDict = readers[0]
    return reader


def is_carved(dataset: ConfigDict) -> bool:
    """Whether ``val_ratio`` draws a validation set from the training subjects, in every reader."""
    return all(
        reader.get('split') == 'val' and reader.get('val_ratio', 0) > 0
        for reader in readers_of(dataset)
    )


def validated_subjects(cfg: Config, subjects: Collection[str]) -> set[str]:
    """The subjects that ``val_dataloader`` contains.

    A validation set by ``val_ratio`` contains no held-out subject, because it is drawn from the
    training subjects of the fold. A validation set with samples of unknown subjects may contain all
    subjects. ``test_subjects``, which a plain training holds out, are ignored.
    """
    if cfg.get('val_dataloader') is None:
        return set()
    if is_carved(cfg.val_dataloader.dataset):
        return set()
    config = deepcopy(cfg.val_dataloader.dataset)
    for reader in readers_of(config):
        reader.pop('test_subjects', None)
    dataset = build_with_pipeline(config, [])
    shown = {dataset.get_data_info(i).get('subject') for i in range(len(dataset))}
    return set(subjects) if None in shown else set(subjects) & {str(name) for name in shown}


def alike(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Names that differ only by upper and lower case or by zeros before a number.

    Example:
        >>> alike(['sub01', 'Sub1', 'sub10'])
        [('Sub1', 'sub01')]
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[re.sub(r'(?<!\d)0+(?=\d)', '', name.casefold())].add(name)
    return [tuple(sorted(group)) for group in groups.values() if len(group) > 1]


def warn_of_alike(subjects: Iterable[str]) -> None:
    """Warn of subjects that may be one person under several names, on both sides of a fold."""
    for names in alike(subjects):
        print_log(
            f'{" and ".join(names)} are different subjects, so one is trained on while another is '
            'tested. If they are one person, give this person one name.',
            'current',
            logging.WARNING,
        )


def check_choice(cfg: Config, held_out: Collection[str]) -> None:
    """Check that nothing is chosen by validation on held-out subjects.

    Args:
        cfg: The config.
        held_out: The held-out subjects in the validation set.

    Raises:
        ValueError: If an entry would choose by held-out subjects.
    """
    found = choosers(cfg)
    if held_out and found:
        raise ValueError(
            f'Leakage: {" and ".join(found)} would choose by val_dataloader, which contains '
            f'{len(held_out)} of the held-out subjects, such as {min(held_out)}. Remove '
            f'{"this entry" if len(found) == 1 else "these entries"} to test the last epoch, or '
            "validate on some of the training subjects: split='train' in train_dataloader.dataset, "
            "split='val' in val_dataloader.dataset, and val_ratio=0.2 in both."
        )


def check_weights(cfg: Config) -> None:
    """Check that no weights of the training were trained on the same data set.

    These are initial weights and teachers. Checkpoints of mmfer and mmengine contain the config of
    their training. The training data of other checkpoints are unknown.

    Raises:
        ValueError: If a checkpoint was trained on the same ``data_root``.
    """
    readers = readers_of(cfg.train_dataloader.dataset)
    roots = {_resolved(reader.get('data_root')) for reader in readers} - {None}
    for where, path in _weights(cfg):
        file = named_checkpoint(path).expanduser()
        if not file.is_file():
            continue
        shared = roots & _training_roots(_config_of(file))
        if shared:
            raise ValueError(
                f'Leakage: {where}="{path}" was trained on "{min(map(str, shared))}", which '
                'contains the held-out subjects. Use weights from other data.'
            )


def _weights(cfg: Config) -> Iterator[tuple[str, str | Path]]:
    """The entries of a config that name weights, each with the path or name."""
    named = [('load_from', cfg.get('load_from'))]
    for entry in ('model', 'custom_hooks', 'default_hooks'):
        for part in dicts_in(cfg.get(entry)):
            named += [(f'{entry}: {key}', part.get(key)) for key in ('checkpoint', 'pretrained')]
    return ((where, path) for where, path in named if isinstance(path, str | Path))


def _config_of(path: Path) -> str:
    """The text of the config of a checkpoint's training, or an empty string if unknown."""
    try:
        content: Any = load_from_disk(str(path))
        return str(content['meta']['cfg'])
    except (ValueError, TypeError, KeyError, IndexError):
        return ''


def _training_roots(config: str) -> set[Path | None]:
    """The data roots in ``train_dataloader`` in the text of a config, read without running it."""
    try:
        tree = ast.parse(config)
    except SyntaxError:
        return set()
    return {
        _resolved(keyword.value.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == 'train_dataloader'
        for keyword in ast.walk(node)
        if isinstance(keyword, ast.keyword) and keyword.arg == 'data_root'
        if isinstance(keyword.value, ast.Constant)
    }


def _resolved(root: Any) -> Path | None:
    return Path(root).expanduser().resolve() if isinstance(root, str) else None
