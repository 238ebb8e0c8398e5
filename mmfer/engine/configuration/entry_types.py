"""The classes that entries of configs name, in all ways in which a config can name a class.

These are a plain name (``'Cached'``), a name with the scope of its library (``'mmfer.Cached'``), a
path (``'mmfer.datasets.Cached'``, as in a dumped Python-style config), and the class itself.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import mmpretrain.registry as parents
from mmengine.registry import Registry

from mmfer import registry


def _components(registries: Iterable[Registry] | None) -> Iterator[tuple[str, str, Any]]:
    """Scope, name and class of all components in registries and their parents."""
    if registries is None:
        every = (getattr(registry, name, None) for name in vars(parents))
        registries = (found for found in every if isinstance(found, Registry))
    for found in registries:
        node: Registry | None = found
        while node is not None:
            yield from ((node.scope, name, kind) for name, kind in node.module_dict.items())
            node = node.parent


def components_named(name: Any, registries: Iterable[Registry] | None = None) -> list[Any]:
    """The registered components with a name.

    Nothing is imported, so that the name may come from a stranger.

    Args:
        name: A name in one of the ways above.
        registries: The registries to look into, with their parents; the default is all.
    """
    if not isinstance(name, str):
        return [name] if inspect.isclass(name) else []
    scope, _, short = name.rpartition('.')
    found: dict[int, Any] = {}
    at_path = getattr(sys.modules.get(scope), short, None) if scope else None
    for registry_scope, key, kind in _components(registries):
        named = key == name or (key == short and scope == registry_scope)
        if named or (kind is at_path and at_path is not None):
            found.setdefault(id(kind), kind)
    return list(found.values())


def classes_named(name: Any) -> list[type]:
    """The registered classes with a name, those of mmfer first; for a class, this class itself."""
    return [kind for kind in components_named(name) if inspect.isclass(kind)]


def is_type(entry: Any, *classes: type) -> bool:
    """Whether an entry of a config is of a class, or of a class derived from it.

    Args:
        entry: A dictionary with ``type``, or a component that is built already.
        *classes: The classes.

    Example:
        >>> is_type(dict(type='mmfer.Cached', transforms=[]), Cached)
        True
    """
    if not isinstance(entry, Mapping):
        return isinstance(entry, classes)
    return any(issubclass(kind, classes) for kind in classes_named(entry.get('type')))
