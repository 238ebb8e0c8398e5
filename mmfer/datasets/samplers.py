"""Samplers that balance the classes."""

from collections.abc import Iterator

import numpy as np
import torch
from mmengine.dataset import BaseDataset, DefaultSampler

from mmfer.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(DefaultSampler):
    """Draw every class equally often, by oversampling rare and undersampling frequent classes.

    An epoch has as many draws as the data set has images. Each draw selects a class with equal
    probability, and an image of this class, with replacement. The draws depend only on seed and
    epoch, and are divided among the ranks.

    Args:
        dataset: A data set with single labels, or a wrapper of mmengine.
        seed: Seed of the draws; None takes the seed of the run.

    Raises:
        ValueError: If the samples have no class, as with attributes.

    Example:
        >>> train_dataloader = dict(sampler=dict(type='ClassBalancedSampler'))
    """

    def __init__(self, dataset: BaseDataset, seed: int | None = None) -> None:
        super().__init__(dataset, shuffle=True, seed=seed)
        labels = [dataset.get_data_info(i).get('gt_label') for i in range(len(dataset))]
        if None in labels:
            raise ValueError(
                f'ClassBalancedSampler: sample {labels.index(None)} of {type(dataset).__name__} '
                "has no gt_label to balance. Take sampler=dict(type='DefaultSampler', "
                'shuffle=True).'
            )
        _, owner, counts = np.unique(labels, return_inverse=True, return_counts=True)
        self.weights = torch.from_numpy(1 / counts[owner])

    def __iter__(self) -> Iterator[int]:
        """Draw the images of this rank for an epoch."""
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        drawn = torch.multinomial(self.weights, self.total_size, True, generator=generator)
        return iter(drawn[self.rank :: self.world_size].tolist())
