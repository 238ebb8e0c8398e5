"""Moving averages of features and predictions of all training images."""

from typing import Any

import torch
import torch.nn.functional as F
from mmengine.dist import all_gather, get_world_size
from torch import Tensor


class MomentumBank:
    """Features and predictions of every training image, averaged over the epochs.

    When image i is seen with the features f and the prediction p, its entries become
    f_i <- m f_i + (1 - m) f / |f| and p_i <- m p_i + (1 - m) p, or f / |f| and p at the first time.
    Neighbors then come from the whole training set, not from a batch, without an extra pass over
    it, and the prediction of a neighbor is steadier than that of one step.

    Args:
        size: Number of training images.
        momentum: m, from 0 to below 1.

    Raises:
        ValueError: If ``momentum`` is out of range.
    """

    def __init__(self, size: int, momentum: float = 0.5) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f'momentum={momentum} must be at least 0 and below 1.')
        self.momentum = momentum
        self.seen = torch.zeros(size, dtype=torch.bool)
        self.features = torch.zeros(size, 0)
        self.probs = torch.zeros(size, 0)

    def update(self, index: Tensor, features: Tensor, probs: Tensor) -> None:
        """Add a batch of every rank.

        Args:
            index: ``sample_idx`` of the images, (N,).
            features: (N, D).
            probs: (N, C).
        """
        values = [index.to(features.device), F.normalize(features.detach().float(), dim=1)]
        values.append(probs.detach().float())
        if get_world_size() > 1:
            values = [torch.cat(all_gather(value)) for value in values]
        index, *new = values
        if not self.features.size(1):
            self.seen = self.seen.to(features.device)
            size = len(self.seen)
            self.features, self.probs = (value.new_zeros(size, value.size(1)) for value in new)
        kept = self.momentum * self.seen[index, None].float()
        for table, value in zip((self.features, self.probs), new, strict=True):
            table[index] = kept * table[index] + (1 - kept) * value
        self.seen[index] = True

    def relation(self, index: Tensor, features: Tensor) -> Tensor:
        """Cosine similarity (N, size) of images to the bank; -inf for themselves and unseen images.

        Computed in float32, also in mixed precision, which makes many images equally near.

        Args:
            index: ``sample_idx`` of the images, (N,).
            features: (N, D).
        """
        if not self.features.size(1):
            return features.new_full((len(features), len(self.seen)), -torch.inf)
        x = F.normalize(features.detach().float(), dim=1)
        with torch.autocast(x.device.type, enabled=False):
            relation = x @ F.normalize(self.features, dim=1).T
        relation = relation.masked_fill(~self.seen, -torch.inf)
        relation[torch.arange(len(x), device=x.device), index.to(x.device)] = -torch.inf
        return relation

    def state(self) -> dict[str, Any]:
        """The content for a checkpoint."""
        return {'seen': self.seen, 'features': self.features, 'probs': self.probs}

    def load(self, state: dict[str, Any], device: torch.device) -> None:
        """Restore the content of :meth:`state`.

        Raises:
            ValueError: If the content belongs to another number of images.
        """
        if len(state['seen']) != len(self.seen):
            raise ValueError(
                f'The bank of the checkpoint holds {len(state["seen"])} images, but the training '
                f'set has {len(self.seen)}. Resume with the same data, or start a new training.'
            )
        self.seen, self.features, self.probs = (
            state[name].to(device) for name in ('seen', 'features', 'probs')
        )
