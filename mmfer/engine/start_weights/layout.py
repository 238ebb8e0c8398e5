"""How one library names the weights of one kind of network."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

Rename = Callable[[Iterable[str]], Mapping[str, str]]
Rule = tuple[str, str | Callable[[re.Match[str]], str]]
"""A regular expression and what replaces its first match."""


def unchanged(name: str, weight: Tensor) -> Tensor:
    """The weight as it is."""
    return weight


@dataclass(frozen=True)
class Layout:
    """The names of one library for one kind of network, and mmpretrain's names for them.

    Args:
        source: The library and the network, for the log.
        rename: Gives the name in mmpretrain for names in the file; names without a counterpart may
            be left out or unchanged.
        adapt: Gives the weight as mmpretrain needs it, from mmpretrain's name and the weight.
        caution: Why the outputs differ although all weights fit, for the log.
    """

    source: str
    rename: Rename
    adapt: Callable[[str, Tensor], Tensor] = unchanged
    caution: str = ''


def by_rules(*rules: Rule) -> Rename:
    """A renaming by regular expressions, all of which are applied, one after the other."""
    compiled = [(re.compile(pattern), replacement) for pattern, replacement in rules]

    def rename(names: Iterable[str]) -> dict[str, str]:
        return {name: _replaced(name) for name in names}

    def _replaced(name: str) -> str:
        for pattern, replacement in compiled:
            name = pattern.sub(replacement, name, count=1)
        return name

    return rename
