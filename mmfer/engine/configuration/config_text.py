"""The config that a checkpoint carries as text, read without running it."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from mmfer.engine.configuration.entry_types import components_named
from mmfer.registry import BATCH_AUGMENTS, DATASETS, MODELS, TRANSFORMS


def read_values(text: str) -> dict[str, Any]:
    """The entries of a config's text, without running the text.

    An entry that is neither a plain value nor ``dict(...)`` stays as its source text.

    Raises:
        SyntaxError: If the text is no Python.
    """
    return {
        node.targets[0].id: _value(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def config_from_text(text: str, where: str) -> Config:
    """A config to build a trained model and its test pipeline from.

    The config may come from a stranger. Its components must be registered: mmengine's registries
    would otherwise take a name such as ``'os.system'`` for a component, and call that function.

    Args:
        text: The config, as mmengine's runner writes it to a checkpoint.
        where: The name of the file, for messages.

    Raises:
        ValueError: If the text is no config, or names a component that is not registered.
    """
    try:
        values = read_values(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(
            f'The config within "{where}" cannot be read: {error}. Give the config file, too.'
        ) from error
    registries = (MODELS, TRANSFORMS, DATASETS, BATCH_AUGMENTS)
    loader = values.get('test_dataloader')
    used = {name: values.get(name) for name in ('model', 'data_preprocessor')}
    used['test_dataloader.dataset'] = loader.get('dataset') if isinstance(loader, dict) else None
    for entry, value in used.items():
        for name in _types(value):
            if not components_named(name, registries):
                raise ValueError(
                    f'The config within "{where}" names the component {name!r} in {entry}, which '
                    'is not registered. If a package of yours adds this component, install that '
                    'package; otherwise do not trust the file.'
                )
    return Config(values)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == 'dict':
        return {str(one.arg): _value(one.value) for one in node.keywords}
    if isinstance(node, ast.Dict):
        keys = [None if key is None else _value(key) for key in node.keys]
        return dict(zip(map(str, keys), map(_value, node.values), strict=True))
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(one) for one in node.elts]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _types(value: Any) -> Iterator[Any]:
    """The types that a part of a config names, except those of initializers, which do not run."""
    if isinstance(value, dict):
        if 'type' in value:
            yield value['type']
        for key, child in value.items():
            if key != 'init_cfg':
                yield from _types(child)
    elif isinstance(value, list):
        for child in value:
            yield from _types(child)


def flat_entries(value: Any, path: str = '') -> dict[str, Any]:
    """All plain values in a nested value, such as a config, by keys with dots."""
    if isinstance(value, list | tuple):
        value = {str(i): one for i, one in enumerate(value)}
    if not isinstance(value, Mapping):
        return {path: value}
    found: dict[str, Any] = {}
    for key, one in value.items():
        found |= flat_entries(one, f'{path}.{key}' if path else str(key))
    return found
