"""Samplers that draw some images more often than others."""

from collections.abc import Iterator

import numpy as np
import torch
from mmengine.dataset import BaseDataset, DefaultSampler

from mmfer.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(DefaultSampler):
    """Draw every class equally often: oversampling of the rare, undersampling of the frequent.

    An epoch has as many draws as the data set has images. Each draws a class, all equally likely,
    and an image of it, with replacement. The draws depend on seed and epoch alone, and the ranks
    share them.

    Args:
        dataset: A data set of single labels, or mmengine's wrapper of some.
        seed: Fixes the draws; None takes the run's.

    Raises:
        ValueError: If the samples have no class, as those of attributes.

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
        """Draw the images of an epoch, the share of this rank."""
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        drawn = torch.multinomial(self.weights, self.total_size, True, generator=generator)
        return iter(drawn[self.rank :: self.world_size].tolist())
