"""Label semantics (paper 003, eq. 2)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.labels import LabelTree, WordVectors
from mmfer.registry import MODELS


@MODELS.register_module()
class LabelEmbedding(BaseModule):
    """Frozen word vectors of the label nodes, projected to the width of the features (eq. 2).

    The vector of a coarse class is the mean of its fine classes. Only the projection is trained.

    Args:
        embed_dims: Width D of the projection.
        label_tree: File or shipped name of a label tree (:meth:`mmfer.labels.LabelTree.load`).
        classes: The class names, if there is no tree.
        word_vectors: File or shipped name of word vectors (:meth:`mmfer.labels.WordVectors.load`).
        shuffle_seed: Seed of a control: each class gets the vector of another class, so that the
            words mean nothing; the tree stays. None gives each class its own vector.

    Raises:
        ValueError: If both or neither of ``label_tree`` and ``classes`` are given, or a word has
            no vector.

    Example:
        >>> neck = dict(type='HIFENet', in_channels=512, labels=dict(label_tree='fgemotions'))
    """

    vectors: Tensor
    distance_index: Tensor

    def __init__(
        self,
        embed_dims: int = 512,
        label_tree: str | None = None,
        classes: Sequence[str] | None = None,
        word_vectors: str = 'glove_6b_50d',
        shuffle_seed: int | None = None,
    ) -> None:
        super().__init__()
        if (label_tree is None) == (classes is None):
            raise ValueError(
                'Labels need either label_tree (with a hierarchy) or classes (without a '
                f'hierarchy), but got label_tree={label_tree!r} and classes={classes!r}.'
            )
        words = WordVectors.load(word_vectors)
        if label_tree is not None:
            tree = LabelTree.load(label_tree)
            self.classes = tree.fine
            worded = replace(tree, fine=_shuffled(tree.fine, shuffle_seed))
            vectors, index = words.of_tree(worded), torch.from_numpy(tree.distance_index)
        else:
            self.classes = tuple(classes or ())
            vectors = words.of_names(_shuffled(self.classes, shuffle_seed))
            index = 2 - 2 * torch.eye(len(self.classes), dtype=torch.long)
        # The config determines the vectors, so they are not part of the state dict.
        self.register_buffer('vectors', torch.from_numpy(vectors).float(), persistent=False)
        self.register_buffer('distance_index', index, persistent=False)
        self.projection = nn.Linear(self.vectors.size(1), embed_dims)

    def forward(self) -> Tensor:
        """S, projected: (C, D), fine classes first."""
        return self.projection(self.vectors)


def _shuffled(names: tuple[str, ...], seed: int | None) -> tuple[str, ...]:
    """The names in an order in which none keeps its place: a random cycle through all of them."""
    if seed is None:
        return names
    cycle = np.random.default_rng(seed).permutation(len(names))
    shuffled = list(names)
    for place, source in zip(cycle, np.roll(cycle, 1), strict=True):
        shuffled[place] = names[source]
    return tuple(shuffled)
