"""The part that heads share to learn from the predictions of neighbors (paper 003, section 3.4)."""

from collections.abc import Sequence

import torch
from mmengine.dist import all_gather, get_rank, get_world_size
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.models.heads.momentum_bank import MomentumBank
from mmfer.models.heads.neck_outputs import NeckOutput, image_relation, pooled_features
from mmfer.models.heads.neighbor_agreement import neighbor_agreement
from mmfer.models.losses import neighbor_label_distribution
from mmfer.protocols import NeighborLoss
from mmfer.registry import MODELS


class NeighborLearning:
    """Finds the distributions of the neighbors, for a head with the option ``neighbor_loss``.

    The head calls :meth:`start_neighbors` in its constructor and, in its loss,
    :meth:`neighbor_distribution`. The neighbors come from the batch, over all ranks, from the table
    of :class:`mmfer.engine.LabelDistributionHook`, or from its :class:`MomentumBank`.

    Example:
        >>> head = dict(type='AttributeHead', num_classes=40, in_channels=512,
        ...             neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=5))
    """

    neighbor_loss: NeighborLoss | None
    """The loss of the predictions against D."""
    neighbor_weight: float
    """Warm-up factor of the neighbor loss, set by LabelDistributionHook."""
    neighbor_distributions: Tensor | None
    """D of every training image by ``sample_idx``, set by LabelDistributionHook."""
    neighbor_bank: MomentumBank | None
    """The bank to find neighbors in, set by LabelDistributionHook."""

    def start_neighbors(self, config: dict | None) -> None:
        """Build the neighbor loss; neighbors come from the batch until a hook changes this.

        Args:
            config: Config of the neighbor loss, or None for no such loss.

        Raises:
            ValueError: If the loss does not meet the protocol
                :class:`mmfer.protocols.NeighborLoss`.
        """
        self.neighbor_loss = None if config is None else self._build(config)
        self.neighbor_weight = 1.0
        self.neighbor_distributions = None
        self.neighbor_bank = None

    def neighbor_distribution(
        self, feats: NeckOutput, probs: Tensor, data_samples: Sequence[DataSample]
    ) -> Tensor:
        """D (N, C) of a batch (eq. 18), without gradient; NaN in the row of an image without
        neighbors.

        Args:
            feats: The output of the neck: the relation (N, M) first and, with a bank, pooled
                features (N, D).
            probs: The predicted probabilities (N, C).
            data_samples: N samples, with ``sample_idx`` if a hook gives the neighbors.

        Raises:
            ValueError: If the neck gives no relation, or no pooled features for the bank.
        """
        relation = image_relation(feats, type(self).__name__)
        loss, probs = self.neighbor_loss, probs.detach().float()
        assert loss is not None
        if self.neighbor_distributions is not None:
            return self.neighbor_distributions[_indices(data_samples)].to(probs.device)
        if self.neighbor_bank is None:
            others, offset = _of_all_ranks(relation, probs)
            return loss.distribution(relation, others, offset)
        pooled = pooled_features(feats, f"{type(self).__name__} with neighbors='momentum'")
        index = _indices(data_samples)
        self.neighbor_bank.update(index, pooled, probs)
        return neighbor_label_distribution(
            self.neighbor_bank.relation(index, pooled),
            self.neighbor_bank.probs,
            loss.k,
            loss.normalize,
            exclude_self=False,  # an image is not similar to itself in the bank
        )

    def neighbor_agreement(self, feats: NeckOutput, labels: Tensor) -> dict[str, Tensor]:
        """The shares of :func:`neighbor_agreement` for classes (N,), if neighbors are in the batch.

        Neighbors from a table or a bank have no labels here, so nothing is returned.
        """
        outside = self.neighbor_distributions is not None or self.neighbor_bank is not None
        if self.neighbor_loss is None or outside:
            return {}
        relation = image_relation(feats, type(self).__name__)
        others, offset = _of_all_ranks(relation, labels)
        return neighbor_agreement(relation, others, self.neighbor_loss.k, offset)

    def _build(self, config: dict) -> NeighborLoss:
        loss = MODELS.build(config)
        if not isinstance(loss, NeighborLoss):
            raise ValueError(
                f'{type(self).__name__}: neighbor_loss={type(loss).__name__} lacks k, normalize or '
                'distribution(), which define the distributions of the neighbors. Derive the loss '
                'from NeighborLabelDistributionLoss.'
            )
        return loss


def _of_all_ranks(relation: Tensor, values: Tensor) -> tuple[Tensor, int]:
    """Values of the M images of a relation (N, M), and the column of this rank's first image."""
    n, m = relation.shape
    if get_world_size() == 1 or m != n * get_world_size():
        return values, 0
    return torch.cat(all_gather(values)), n * get_rank()


def _indices(data_samples: Sequence[DataSample]) -> Tensor:
    return torch.tensor([int(sample.sample_idx) for sample in data_samples])
