"""Names of a package that are imported on first use, so that importing the package is quick."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from mmfer.checks.openmmlab import require_openmmlab


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package.

    Args:
        package: ``__name__`` of the package.
        homes: The module of each name, relative to the package.

    Example:
        >>> __getattr__ = lazy_names(__name__, {'FERInferencer': 'inferencer'})
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f'module {package!r} has no attribute {name!r}')
        try:
            module = import_module(f'{package}.{homes[name]}')
        except ModuleNotFoundError:
            require_openmmlab()  # its message says what to install
            raise
        return getattr(module, name)

    return get
