"""The hierarchy of coarse and fine expression classes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from mmfer.reading import read_json

ASSETS = Path(__file__).parent / 'assets'
MOST_CLASSES = 4096
"""The maximum number of classes of a tree, whose distances need the square of memory."""


@dataclass(frozen=True)
class LabelTree:
    """A two-level tree of expression classes (paper 003, section 3.1).

    The nodes of the label graph are all fine classes in order, then all coarse classes in order.
    A name may occur on both levels (``anger``, ``surprise``), so nodes are keyed by (level, name).

    Args:
        coarse: Names of the coarse classes.
        fine: Names of the fine classes, in the order of their label indices.
        parents: For each fine class, the index of its coarse class.

    Example:
        >>> tree = LabelTree.load('fgemotions')
        >>> len(tree.fine), len(tree.coarse), tree.coarse[tree.parents[0]]
        (33, 6, 'fear')
    """

    coarse: tuple[str, ...]
    fine: tuple[str, ...]
    parents: tuple[int, ...]

    @classmethod
    def load(cls, source: str | Path) -> 'LabelTree':
        """Read a tree from JSON: ``{"fear": ["anxiety", "worry"], "sadness": [...]}``.

        Args:
            source: A file, or the name of a tree shipped with mmfer (``'fgemotions'``).

        Raises:
            FileNotFoundError: If neither a file nor a shipped tree of this name exists.
            ValueError: If the file is not such a mapping, or a fine class occurs twice.
        """
        path = Path(source)
        shipped = ASSETS / f'{source}.json'
        if not path.is_file() and shipped.is_file():
            path = shipped
        if not path.is_file():
            names = ', '.join(sorted(p.stem for p in ASSETS.glob('*.json')))
            raise FileNotFoundError(
                f'No label tree at "{source}". Give the path of a JSON file '
                f'{{"coarse": ["fine", ...], ...}}, or the name of a shipped tree: {names}.'
            )
        return cls.from_mapping(read_json(path, 'label tree'), where=str(path))

    @classmethod
    def from_mapping(
        cls, mapping: dict[str, list[str]], where: str = 'the given mapping'
    ) -> 'LabelTree':
        """Build a tree from ``{coarse: [fine, ...]}``; raises ValueError like :meth:`load`."""
        if (
            not isinstance(mapping, dict)
            or not mapping
            or not all(
                isinstance(v, list) and v and all(isinstance(f, str) for f in v)
                for v in mapping.values()
            )
        ):
            raise ValueError(
                f'The label tree in {where} must map each coarse class to a non-empty list of '
                'fine classes, such as {"fear": ["anxiety", "worry"], ...}.'
            )
        fine = [name for names in mapping.values() for name in names]
        if len(fine) + len(mapping) > MOST_CLASSES:
            raise ValueError(
                f'The label tree in {where} has {len(fine) + len(mapping)} classes, more than '
                f'{MOST_CLASSES}. Give a tree of expressions.'
            )
        twice = sorted(name for name, count in Counter(fine).items() if count > 1)
        if twice:
            raise ValueError(
                f'The label tree in {where} names fine classes more than once: '
                f'{", ".join(twice)}. Keep each name once, under one coarse class.'
            )
        parents = [i for i, names in enumerate(mapping.values()) for _ in names]
        return cls(tuple(mapping), tuple(fine), tuple(parents))

    @property
    def nodes(self) -> tuple[tuple[str, str], ...]:
        """The nodes as (level, name), fine classes first."""
        return tuple(('fine', n) for n in self.fine) + tuple(('coarse', n) for n in self.coarse)

    @cached_property
    def distance_index(self) -> np.ndarray:
        """The case of eq. 9 for each pair of nodes, (C, C).

        The value is 0 on the diagonal, 1 for an edge of the tree, and 2 (sigma) otherwise.
        """
        n_fine, n = len(self.fine), len(self.nodes)
        index = np.full((n, n), 2, dtype=np.int64)
        np.fill_diagonal(index, 0)
        for child, parent in enumerate(self.parents):
            index[child, n_fine + parent] = index[n_fine + parent, child] = 1
        return index

    def check_classes(self, classes: Sequence[str], where: str) -> None:
        """Raise ValueError unless the fine classes are exactly ``classes``, in order."""
        if tuple(classes) == self.fine:
            return
        unknown = [c for c in classes if c not in self.fine]
        missing = [c for c in self.fine if c not in classes]
        what = []
        if unknown:
            what.append(f'not in the tree: {", ".join(unknown)}')
        if missing:
            what.append(f'missing: {", ".join(missing)}')
        raise ValueError(
            f'The classes of {where} are not the fine classes of the label tree in the same order '
            f'({"; ".join(what) or "same names, another order"}). The expected order is: '
            f'{", ".join(self.fine)}. Change the classes, or give the matching label_tree.'
        )
