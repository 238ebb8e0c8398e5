"""Plugins: packages from outside that register components."""

from mmfer.checks import openmmlab_check  # noqa: F401  (before mmengine)

# isort: split
import importlib.util
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from mmengine.registry import Registry

PLUGIN_GROUP = 'mmfer.plugins'
_skipped: dict[EntryPoint, str] = {}
_places: list[Path] = []


def load_plugins(registries: Sequence[Registry]) -> None:
    """Import the modules of all installed plugins; a plugin that fails is skipped with a warning.

    A plugin fails if its import raises an error or ends the process, or if it registers a component
    under a name that is already taken, which would silently change other people's configs. The
    components that a failed plugin registered are removed.

    Args:
        registries: The registries of mmfer; their parents are watched, too.
    """
    for plugin in entry_points(group=PLUGIN_GROUP):
        if plugin in _skipped:
            continue
        before, imported = _contents(registries), set(sys.modules)
        try:
            with _without_arguments():
                plugin.load()
            if taken := _taken(before):
                raise ValueError(taken)
        except (Exception, SystemExit) as error:  # a plugin may fail in any way
            for registry, known in before:
                registry._module_dict.clear()
                registry._module_dict.update(known)
            # Another plugin of the package must register the components of these modules again.
            package = plugin.module.partition('.')[0]
            for name in set(sys.modules) - imported:
                if name.partition('.')[0] == package:
                    del sys.modules[name]
            detail = f'{type(error).__name__}: {error}'.rstrip('.')
            _skipped[plugin] = f'"{plugin.name}" ({plugin.value}) is skipped: {detail}'
            warnings.warn(
                f'The mmfer plugin {_skipped[plugin]}. Correct, reinstall or remove its package.',
                stacklevel=3,
            )
        else:
            _places.extend(_places_of(plugin))


def skipped_plugins() -> list[str]:
    """A line for each plugin that failed."""
    return list(_skipped.values())


def is_plugin_code(file: str) -> bool:
    """Whether a source file belongs to a loaded plugin."""
    path = Path(file)
    return any(place == path or place in path.parents for place in _places)


def _contents(registries: Sequence[Registry]) -> list[tuple[Registry, dict[str, Any]]]:
    """All registries with their parents, children after parents, and copies of their contents."""
    found: list[Registry] = []
    for registry in registries:
        line: list[Registry] = []
        one: Registry | None = registry
        while one is not None and one not in found:
            line.insert(0, one)
            one = one.parent
        found += line
    return [(registry, dict(registry._module_dict)) for registry in found]


def _taken(before: list[tuple[Registry, dict[str, Any]]]) -> str | None:
    """The message about a name that meant another component before, if there is one."""
    known = dict(before)
    for registry, old in before:
        for name, component in registry._module_dict.items():
            if old.get(name) is component:
                continue
            one: Registry | None = registry
            while one is not None:
                if name in known[one]:
                    owner = known[one][name]
                    return (
                        f'the name "{name}" of its {component.__module__}.{component.__qualname__} '
                        f'belongs to {owner.__module__}.{owner.__qualname__}. Register it under '
                        f'another name: register_module(name=...)'
                    )
                one = one.parent
    return None


@contextmanager
def _without_arguments() -> Iterator[None]:
    """Hide the command line of the tool, which a plugin may read."""
    arguments = sys.argv
    sys.argv = arguments[:1]
    try:
        yield
    finally:
        sys.argv = arguments


def _places_of(plugin: EntryPoint) -> list[Path]:
    """The folders of the package of a plugin, or the file of a plugin without package."""
    spec = importlib.util.find_spec(plugin.module.partition('.')[0])
    if spec is None:
        return []
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    return folders or [Path(spec.origin or '')]
