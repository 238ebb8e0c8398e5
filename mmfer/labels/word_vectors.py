"""Word vectors of class names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.labels.tree import ASSETS, LabelTree
from mmfer.reading import binary_lines


@dataclass(frozen=True)
class WordVectors:
    """A frozen table of word vectors in GloVe's text format: ``word v1 v2 ... vd`` per line.

    A first line ``count dimension``, as in word2vec's text format, is accepted, too.
    ``tools/misc/convert_word_vectors.py`` converts any KeyedVectors to such a file.

    Example:
        >>> WordVectors.load('glove_6b_50d')['anger'].shape
        (50,)
    """

    table: dict[str, np.ndarray]
    source: str

    @classmethod
    def load(cls, source: str | Path, words: Iterable[str] | None = None) -> 'WordVectors':
        """Read a table.

        Args:
            source: A text file, or the name of the shipped table, ``'glove_6b_50d'``: the rows of
                GloVe 6B, 50-d (Pennington et al. 2014, PDDL) for the class names of mmfer.
            words: The words to keep; None keeps all words.

        Raises:
            FileNotFoundError: If neither a file nor a shipped table of this name exists.
            ValueError: If a row differs in length from the first row, a value is not a finite
                number, or the file is not text in UTF-8.
        """
        path = Path(source)
        shipped = ASSETS / f'{source}.txt'
        if not path.is_file() and shipped.is_file():
            path = shipped
        if not path.is_file():
            raise FileNotFoundError(
                f'No word vectors at "{source}". Give a text file in GloVe or word2vec format '
                '(tools/misc/convert_word_vectors.py writes one), or "glove_6b_50d", the table '
                'shipped with mmfer.'
            )
        wanted = None if words is None else set(words)
        table: dict[str, np.ndarray] = {}
        size = None
        with path.open('rb') as file:
            for number, row in enumerate(binary_lines(file, path), 1):
                try:
                    word, *values = row.decode().rstrip().split(' ')
                except UnicodeError as error:
                    raise ValueError(
                        f'{path}, line {number} is not text in UTF-8. Save the file as UTF-8.'
                    ) from error
                if number == 1 and len(values) == 1:
                    continue
                size = size or len(values)
                if len(values) != size or size == 0:
                    raise ValueError(
                        f'{path}, line {number}: {len(values)} values, but the first row has '
                        f'{size}. Each row must be a word and its vector, separated by spaces.'
                    )
                if wanted is None or word in wanted:
                    try:
                        table[word] = np.array(values, dtype=np.float32)
                    except ValueError as error:
                        raise ValueError(f'{path}, line {number}: {error}.') from error
                    if not np.isfinite(table[word]).all():
                        raise ValueError(
                            f'{path}, line {number}: the vector of "{word}" is not finite. Take '
                            'the file from its source again.'
                        )
        return cls(table, str(path))

    def __getitem__(self, word: str) -> np.ndarray:
        if word not in self.table:
            raise ValueError(
                f'The word "{word}" has no vector in {self.source}. Add a line for this word, or '
                'give word vectors that contain it (tools/misc/convert_word_vectors.py).'
            )
        return self.table[word]

    def of_names(self, names: Sequence[str]) -> np.ndarray:
        """Vectors (len(names), D); the vector of several words is the mean of their vectors."""
        return np.stack(
            [
                np.mean([self[w] for w in name.lower().replace('_', ' ').split()], axis=0)
                for name in names
            ]
        )

    def of_tree(self, tree: LabelTree) -> np.ndarray:
        """Vectors (C, D) of the nodes of a tree; a coarse class has the mean of its fine classes.

        With the mean (paper 003, section 4.2), coarse ``anger`` differs from fine ``anger``.
        """
        fine = self.of_names(tree.fine)
        parents = np.array(tree.parents)
        coarse = [fine[parents == i].mean(axis=0) for i in range(len(tree.coarse))]
        return np.concatenate([fine, np.stack(coarse)])
