"""Known entries of a config, so that a misspelled entry is reported instead of ignored."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from mmengine.dist import init_dist
from mmengine.optim import OptimWrapper
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, LogProcessor, Runner
from mmpretrain.models import ClsDataPreprocessor
from torch.distributed import init_process_group
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.utils.data import DataLoader

from mmfer.engine.configuration.entry_types import classes_named, components_named


def _options(*callables: Callable[..., Any]) -> set[str]:
    return {name for kind in callables for name in inspect.signature(kind).parameters}


ENTRIES = _options(Runner) - {'cfg'} | {
    *('runner_type', 'model_wrapper_cfg', 'sync_bn', 'compile', 'custom_imports'),
    *('broadcast_buffers', 'find_unused_parameters', 'face_crop', 'tta_model', 'tta_pipeline'),
}
"""Top-level entries that the runner, the tools of mmfer or mmengine read; others are variables."""

_LOOP = _options(EpochBasedTrainLoop, IterBasedTrainLoop) | {'type', 'by_epoch', 'fp16'}
_LOADER = _options(DataLoader) | {'type', 'num_batch_per_epoch'}
_SECTIONS = {
    'train_cfg': _LOOP,
    'val_cfg': _LOOP,
    'test_cfg': _LOOP,
    'train_dataloader': _LOADER,
    'val_dataloader': _LOADER,
    'test_dataloader': _LOADER,
    'optim_wrapper': _options(OptimWrapper) | {'type', 'constructor', 'paramwise_cfg'},
    'env_cfg': {'dist_cfg', 'cudnn_benchmark', 'mp_cfg', 'resource_limit'},
    'face_crop': {'type', 'size', 'margin', 'scale', 'shift'},
    'env_cfg.mp_cfg': {'mp_start_method', 'opencv_num_threads'},
    'log_processor': _options(LogProcessor) | {'type'},
    'data_preprocessor': _options(ClsDataPreprocessor) | {'type'},
    'env_cfg.dist_cfg': _options(init_dist, init_process_group) - {'launcher', 'kwargs', '_ranks'},
    'optim_wrapper.clip_grad': _options(clip_grad_norm_, clip_grad_value_) - {'parameters'}
    | {'type'},
    'optim_wrapper.paramwise_cfg': {
        *('custom_keys', 'bias_lr_mult', 'bias_decay_mult', 'norm_decay_mult', 'flat_decay_mult'),
        *('dwconv_decay_mult', 'dcn_offset_lr_mult', 'bypass_duplicate'),
    },
    'randomness': {'seed', 'deterministic', 'diff_rank_seed'},
    'auto_scale_lr': {'enable', 'base_batch_size'},
}
NOT_BY_OPTION = {
    'launcher': 'Give --launcher instead.',
    'default_scope': 'mmfer sets its own scope.',
    'custom_imports': 'Write custom_imports into the config: options are read after its imports.',
}
"""Entries that the command line cannot replace, and what to do."""
OF_KORNIA = 'device_augments'
"""The entry whose components are those of kornia, which checks them when the training begins."""
TYPE_IS_A_MODE = ('face_crop', 'optim_wrapper.clip_grad')
"""Sections whose ``type`` names no component."""


def _arguments(kind: type) -> set[str] | None:
    """Arguments of a class, and of bases of ``**kwargs`` classes; None if all are such classes."""
    names: set[str] = set()
    for base in kind.__mro__[:-1]:
        if '__init__' not in vars(base):
            continue
        parameters = inspect.signature(base.__init__).parameters  # type: ignore[misc]
        names |= set(parameters) - {'self'}
        if all(one.kind is not one.VAR_KEYWORD for one in parameters.values()):
            return names
    return None


def _accepted(cfg: Mapping[str, Any], section: str, node: Mapping[str, Any]) -> set[str] | None:
    """The possible keys of a part of a config; None if they are unknown."""
    if section == 'optim_wrapper.paramwise_cfg' and 'constructor' in cfg['optim_wrapper']:
        return None  # another constructor has other options
    if OF_KORNIA in section.split('.'):
        return None
    known = _SECTIONS.get(section, set())
    if 'type' not in node or section in TYPE_IS_A_MODE:
        return known or None
    kinds = [_arguments(kind) for kind in classes_named(node['type'])]
    if not kinds or None in kinds:
        return None
    return known.union({'type'}, *(names for names in kinds if names is not None))


def unknown_key(cfg: Mapping[str, Any], key: str, value: Any) -> str | None:
    """Explain why a new entry of a config would never be read.

    Args:
        cfg: The config.
        key: A key with dots, such as ``'train_cfg.max_epochs'``.
        value: The value; None removes a hook, which must exist.

    Returns:
        The message, or None if the entry exists already or may be added.
    """
    node: Any = cfg
    parts = key.split('.')
    if parts[0] in NOT_BY_OPTION:
        return f'this entry cannot be replaced here. {NOT_BY_OPTION[parts[0]]}'
    outside = 'data_preprocessor' in cfg and 'data_preprocessor' not in cfg.get('model', {})
    if outside and key.startswith('model.data_preprocessor.'):
        return f'the data preprocessor is not in the model. Give {key.removeprefix("model.")}'
    for i, part in enumerate(parts):
        if isinstance(node, list | tuple) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
            continue
        if not isinstance(node, Mapping):
            return None  # merging reports the error
        if part in node:
            node = node[part]
            continue
        if part.startswith('_'):
            return None
        here = '.'.join(parts[:i])
        if not here:
            names: set[str] | None = ENTRIES | set(node)
            message = f'a config has no entry "{part}"'
        elif here == 'default_hooks' and _has_type(parts[i + 1 :], value):
            return None
        else:
            names = set(node) if here == 'default_hooks' else _accepted(cfg, here, node)
            message = f'{here} takes no "{part}"'
            if here == 'default_hooks' and value is not None:
                message = f'default_hooks has no "{part}", and a new hook needs a type'
        if names is None:
            close = get_close_matches(part, list(node), cutoff=0.8)
            return f'{message}. Did you mean {" or ".join(close)}?' if close else None
        if part in names:
            section, rest = '.'.join(parts[: i + 1]), parts[i + 1 :]
            return _unknown_in_new_section(section, rest)
        return f'{message}. {_suggestion(part, names, names if here else set(node))}'
    return None


def _has_type(parts: list[str], value: Any) -> bool:
    """Whether a new hook, or an entry of it, gives the type of the hook."""
    return parts == ['type'] or (not parts and isinstance(value, Mapping) and 'type' in value)


def _unknown_in_new_section(section: str, parts: list[str]) -> str | None:
    """Check the first entry of a section that the config does not have yet."""
    names = _SECTIONS.get(section)
    if not parts or names is None or parts[0] in names:
        return None
    return f'{section} takes no "{parts[0]}". {_suggestion(parts[0], names, names)}'


def _suggestion(key: str, names: set[str], shown: set[str]) -> str:
    """Similar names, or else all names that are worth showing."""
    close = get_close_matches(key, sorted(names))
    if close:
        return f'Did you mean {" or ".join(close)}?'
    return f'Known entries: {", ".join(sorted(shown))}.'


def check_sections(cfg: Mapping[str, Any]) -> None:
    """Check the sections of a config that no component reads, such as ``optim_wrapper.clip_grad``.

    mmengine and PyTorch ignore an unknown entry there, or fail at the first step.

    Raises:
        ValueError: If a section has an entry that nothing reads.
    """
    for section in _SECTIONS:
        node: Any = cfg
        for part in section.split('.'):
            node = node.get(part) if isinstance(node, Mapping) else None
        names = _accepted(cfg, section, node) if isinstance(node, Mapping) else None
        if names is None:
            continue
        for key in node:
            if key not in names and not key.startswith('_'):
                raise ValueError(
                    f'{section} takes no "{key}". {_suggestion(key, names, names)} Correct or '
                    'remove this entry in the config.'
                )


def unknown_type(cfg: Mapping[str, Any], key: str, value: Any) -> str | None:
    """Explain why a component cannot be replaced by another one, whose name is not registered.

    Args:
        cfg: The config with the previous component.
        key: A key with dots, such as ``'model.type'``.
        value: The name of the new component. A name with dots may be imported later.

    Returns:
        The message, or None if the component may exist.
    """
    *parents, last = key.split('.')
    node: Any = cfg
    for part in parents:
        if isinstance(node, list | tuple) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            node = node.get(part) if isinstance(node, Mapping) else None
    previous = node.get(last) if isinstance(node, Mapping) else None
    if last != 'type' or not isinstance(value, str) or '.' in value or components_named(value):
        return None
    if OF_KORNIA in parents:
        return None
    if not components_named(previous):
        return None
    return (
        f'no component has the name "{value}". Install and register its package, or correct the '
        'name.'
    )


def places(node: Any, value: Any, path: str = '') -> Iterator[str]:
    """The keys, with dots, of all entries of a config with a value."""
    if path and node == value and isinstance(node, bool) == isinstance(value, bool):
        yield path
        return
    inside: Any = ()
    if isinstance(node, Mapping):
        inside = node.items()
    elif isinstance(node, list | tuple):
        inside = enumerate(node)
    for key, entry in inside:
        yield from places(entry, value, f'{path}.{key}' if path else str(key))
