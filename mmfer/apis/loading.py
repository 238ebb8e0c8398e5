"""What an inferencer needs of a config and a checkpoint, checked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.runner import CheckpointLoader, load_state_dict

import mmfer.engine.checkpoint  # noqa: F401  (its loader)
from mmfer.engine.config_text import config_from_text
from mmfer.engine.model_building import build_model as build_model
from mmfer.engine.pruning import apply_channels
from mmfer.faces import Alignment, build_alignment
from mmfer.protocols import TransformFlag, has_flag
from mmfer.registry import DATASETS, TRANSFORMS

LOADERS = ('LoadExpressionImage', 'LoadImageFromFile')


def read_config(config: str | Path | Config) -> Config:
    if isinstance(config, Config):
        return config
    if not Path(config).is_file():
        raise FileNotFoundError(
            f'No config at "{config}". Give the file with which the model was trained.'
        )
    try:
        return Config.fromfile(str(config))
    except (SyntaxError, OSError, KeyError, TypeError) as error:
        raise ValueError(f'The config "{config}" cannot be read: {error}.') from error


def read_checkpoint(checkpoint: str | Path) -> dict[str, Any]:
    """The content of a checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, or holds no weights by name.
    """
    loaded = CheckpointLoader.load_checkpoint(str(checkpoint), map_location='cpu')
    if not isinstance(loaded, dict):
        raise ValueError(f'The checkpoint "{checkpoint}" holds no weights by name.')
    return loaded


def own_config(loaded: dict[str, Any], checkpoint: str | Path) -> Config:
    """The config that a checkpoint carries.

    Raises:
        ValueError: If it carries none, or one that cannot be used.
    """
    text = (loaded.get('meta') or {}).get('cfg')
    if not isinstance(text, str):
        raise ValueError(
            f'The checkpoint "{checkpoint}" does not carry its config. Give the config file, too.'
        )
    return config_from_text(text, str(checkpoint))


def load_weights(model: torch.nn.Module, checkpoint: str | Path) -> dict[str, Any]:
    """Load the weights, all of them, and return the checkpoint's ``meta``.

    The model takes the widths of the checkpoint of a pruned one.
    """
    return put_weights(model, read_checkpoint(checkpoint), checkpoint)


def put_weights(
    model: torch.nn.Module, loaded: dict[str, Any], checkpoint: str | Path
) -> dict[str, Any]:
    """As :func:`load_weights`, from the content of the checkpoint."""
    weights = loaded.get('state_dict', loaded)
    try:
        apply_channels(model, loaded.get('pruning'))
        named = {name.removeprefix('module.'): weight for name, weight in weights.items()}
        load_state_dict(model, named, strict=True)
    except (RuntimeError, ValueError) as error:
        raise ValueError(
            f'The checkpoint "{checkpoint}" does not fit the model of the config: {error}\n'
            'Give the config with which it was trained.'
        ) from error
    return loaded.get('meta') or {}


def build_pipeline(config: Config) -> Compose:
    """The config's test pipeline without its first step, which reads the file.

    Transforms that make renderings look like recordings are left out as well. They say so by a
    true class attribute ``for_renderings``.
    """
    first, *rest = config.test_dataloader.dataset.pipeline
    if first['type'] not in LOADERS or first.get('color_type', 'color') != 'color':
        raise ValueError(
            f'The test pipeline of the config must start with one of {", ".join(LOADERS)} and '
            f'read in colour; it starts with {dict(first)}.'
        )
    steps = [TRANSFORMS.build(step) for step in rest]
    return Compose([step for step in steps if not has_flag(step, 'for_renderings')])


def transforms_with(flag: TransformFlag, pipeline: Compose) -> list[str]:
    """The names of the transforms of a pipeline, and within its transforms, that have a flag."""

    def inside(step: Any) -> Iterator[Any]:
        if isinstance(step, list | tuple):
            for part in step:
                yield from inside(part)
        else:
            yield step
            yield from inside(getattr(step, 'transforms', ()))

    return [type(s).__name__ for s in inside(pipeline) if has_flag(s, flag)]


def class_names(config: Config, meta: dict[str, Any], where: str) -> tuple[str, ...]:
    """The checkpoint's class names, else the config's; both must be the same if both are there."""
    recorded = tuple((meta.get('dataset_meta') or {}).get('classes') or ())
    dataset = config.test_dataloader.dataset
    reader = DATASETS.get(dataset.type)
    named = (
        (dataset.get('metainfo') or {}).get('classes')
        or dataset.get('classes')
        or (getattr(reader, 'METAINFO', None) or {}).get('classes')
        or ()
    )
    # Some readers take the name of a file with one class in each line.
    expected = () if isinstance(named, str) else tuple(named)
    if recorded and expected and recorded != expected:
        raise ValueError(
            f'The classes of the checkpoint "{where}" ({", ".join(recorded)}) are not those of '
            f'the config ({", ".join(expected)}), in that order, so that labels would be wrong. '
            'Give the config with which it was trained.'
        )
    if not recorded and not expected:
        raise ValueError(
            f'Neither the checkpoint "{where}" nor the config names the classes. Add '
            'metainfo=dict(classes=[...]) to the data set in test_dataloader, in the order of '
            'the labels.'
        )
    return recorded or expected


def face_alignment(config: Config, meta: dict[str, Any], where: str) -> Alignment | None:
    """The config's face crop; stops if the checkpoint records that it was trained on another."""
    chosen = config.get('face_crop')
    alignment = None if chosen is None else build_alignment(chosen)
    recorded = (meta.get('dataset_meta') or {}).get('alignment')
    if recorded is None:
        return alignment
    trained = build_alignment(recorded)
    if alignment is not None and alignment != trained:
        raise ValueError(
            f'The checkpoint "{where}" was trained on faces cut out as {trained}, but the config '
            f'has face_crop = {alignment}. Give the config with which it was trained.'
        )
    return trained
