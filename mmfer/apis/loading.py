"""Checked loading of the config of an inferencer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmcv.transforms import LoadImageFromFile
from mmengine.config import Config
from mmengine.dataset import Compose

from mmfer.datasets import Cached, LoadClip, LoadExpressionImage
from mmfer.datasets.faceless import all_steps
from mmfer.datasets.wrapped import pipeline_of, readers_of
from mmfer.engine.configuration.entry_types import classes_named, is_type
from mmfer.engine.configuration.overrides import read_config as replaced_config
from mmfer.engine.model_building import build_model as build_model
from mmfer.faces import Alignment, build_alignment
from mmfer.protocols import TransformFlag, has_flag
from mmfer.registry import TRANSFORMS, register_all_modules
from mmfer.resources import find_config

LOADERS = (LoadExpressionImage, LoadImageFromFile)


def read_config(config: str | Path | Config, options: Mapping[str, Any] | None = None) -> Config:
    """Read a config file; a config is returned unchanged.

    Args:
        config: A config file, a shipped config as for :func:`mmfer.resources.find_config`, or a
            config.
        options: Entries of a config file to replace, as ``--cfg-options`` does.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file cannot be read, or an option does not fit.
    """
    if isinstance(config, Config):
        return config
    try:
        config = find_config(config)
    except FileNotFoundError as error:
        raise FileNotFoundError(f'{error} Give that with which the model was trained.') from error
    try:
        if options:
            register_all_modules()  # to know the options of components
            return replaced_config(config, options)
        return Config.fromfile(str(config))
    except (SyntaxError, OSError, KeyError, TypeError) as error:
        raise ValueError(f'The config "{config}" cannot be read: {error}.') from error


def build_pipeline(config: Config) -> Compose:
    """The test pipeline of a config without its first step, which reads the file.

    Transforms that make renderings look like recordings (class attribute ``for_renderings``) are
    left out, too. A pipeline that begins with :class:`mmfer.datasets.LoadClip` takes the frames
    ``img`` and ``onset_img``.
    """
    pipeline = plain_steps(config)
    if not pipeline:
        raise ValueError('The test pipeline of the config is empty.')
    if is_type(pipeline[0], LoadClip):
        clip, *rest = pipeline
        return Compose(
            [
                LoadClip(
                    _built(_after_loading(_uncached(clip['transforms']))),
                    clip.get('register', True),
                ),
                *_built(rest),
            ]
        )
    return Compose(_built(_after_loading(pipeline)))


def plain_steps(config: Config) -> list[dict]:
    """The steps of the test pipeline of a config, without caches: each photograph is new."""
    return _uncached(pipeline_of(config.test_dataloader.dataset, 'test_dataloader.dataset'))


def _uncached(pipeline: Sequence[dict]) -> list[dict]:
    steps = []
    for step in pipeline:
        if not is_type(step, Cached):
            steps.append(step)
        elif isinstance(inside := step.get('transforms'), list | tuple):
            steps += _uncached(inside)
        else:
            raise ValueError(f'{dict(step)} has no list of transforms. Give transforms=[...].')
    return steps


def _after_loading(pipeline: Sequence[dict]) -> list[dict]:
    """A pipeline without its first step, which must read an image in color."""
    first, *rest = pipeline
    if not is_type(first, *LOADERS) or first.get('color_type', 'color') != 'color':
        names = ', '.join(loader.__name__ for loader in LOADERS)
        raise ValueError(
            f'The test pipeline of the config must start with one of {names} and read images in '
            f'color, but it starts with {dict(first)}.'
        )
    return rest


def _built(pipeline: Sequence[dict]) -> list[Any]:
    """The transforms, without those for renderings."""
    steps = [TRANSFORMS.build(step) for step in pipeline]
    return [step for step in steps if not has_flag(step, 'for_renderings')]


def transforms_with(flag: TransformFlag, pipeline: Compose) -> list[str]:
    """Names of the transforms with a flag in a pipeline, including nested transforms."""
    return [type(s).__name__ for s in all_steps(pipeline) if has_flag(s, flag)]


def class_names(config: Config, meta: dict[str, Any], where: str) -> tuple[str, ...]:
    """Class names of the checkpoint, or else of the config; if both exist, they must agree."""
    recorded = tuple((meta.get('dataset_meta') or {}).get('classes') or ())
    dataset = readers_of(config.test_dataloader.dataset)[0]
    reader = next(iter(classes_named(dataset.type)), None)
    named = (
        (dataset.get('metainfo') or {}).get('classes')
        or dataset.get('classes')
        or (getattr(reader, 'METAINFO', None) or {}).get('classes')
        or ()
    )
    # Some readers accept a file with one class in each line.
    expected = () if isinstance(named, str) else tuple(named)
    if recorded and expected and recorded != expected:
        raise ValueError(
            f'The classes of the checkpoint "{where}" ({", ".join(recorded)}) differ, at least in '
            f'order, from the classes of the config ({", ".join(expected)}), so labels would be '
            'wrong. Give the config with which the checkpoint was trained.'
        )
    if not recorded and not expected:
        raise ValueError(
            f'Neither the checkpoint "{where}" nor the config names the classes. Add '
            'metainfo=dict(classes=[...]) to the data set in test_dataloader, in the order of '
            'the labels.'
        )
    return recorded or expected


def face_alignment(config: Config, meta: dict[str, Any], where: str) -> Alignment | None:
    """The face crop of the checkpoint, or else of the config.

    A checkpoint that was trained with another face crop is refused; crops of another size show the
    same part of a face, and the size of the checkpoint holds.
    """
    chosen = config.get('face_crop')
    alignment = None if chosen is None else build_alignment(chosen)
    recorded = (meta.get('dataset_meta') or {}).get('alignment')
    if recorded is None:
        return alignment
    trained = build_alignment(recorded)
    if alignment is not None and replace(alignment, size=trained.size) != trained:
        raise ValueError(
            f'The checkpoint "{where}" was trained on faces cropped by {trained}, but the config '
            f'has face_crop = {alignment}. Give the config with which the checkpoint was trained.'
        )
    return trained
