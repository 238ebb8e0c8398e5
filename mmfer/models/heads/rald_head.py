"""The classification head of RALD (paper 003, sections 3.4 and 3.5)."""

import torch
from mmengine.dist import all_gather, get_rank, get_world_size
from mmpretrain.models.heads import LinearClsHead
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.models.losses import NeighborLabelDistributionLoss
from mmfer.registry import MODELS


@MODELS.register_module()
class RALDHead(LinearClsHead):
    """A linear head whose loss is cross-entropy plus the neighbours' KL divergence (eq. 19-21).

    It takes the tuple of :class:`HIFENet`: the relation first, the features last. In training it
    logs ``neighbor_agreement``, how often the k nearest images share the image's class, beside
    ``neighbor_chance``, how often images drawn from the batch would.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features.
        neighbor_loss: Config of the neighbours' loss; None for cross-entropy alone.
        loss: Config of the classification loss.
        topk, cal_acc, init_cfg: See mmpretrain's ``LinearClsHead``.

    Example:
        >>> head = dict(type='RALDHead', num_classes=33, in_channels=512)
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        neighbor_loss: dict | None = dict(type='NeighborLabelDistributionLoss'),  # noqa: B006
        loss: dict = dict(type='CrossEntropyLoss', loss_weight=1.0),  # noqa: B006
        topk: int | tuple[int, ...] = (1,),
        cal_acc: bool = False,
        init_cfg: dict | None = dict(type='Normal', layer='Linear', std=0.01),  # noqa: B006
    ) -> None:
        super().__init__(
            num_classes, in_channels, init_cfg=init_cfg, loss=loss, topk=topk, cal_acc=cal_acc
        )
        self.neighbor_loss: NeighborLabelDistributionLoss | None = (
            None if neighbor_loss is None else MODELS.build(neighbor_loss)
        )
        self.neighbor_weight = 1.0
        """Warm-up factor of the neighbours' loss, set by LabelDistributionHook."""
        self.neighbor_distributions: Tensor | None = None
        """D of every training image by ``sample_idx``, set by LabelDistributionHook."""

    def loss(
        self, feats: tuple[Tensor, ...], data_samples: list[DataSample], **kwargs: object
    ) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            feats: (relation (N, M), features (N, D)).
            data_samples: N samples with ``gt_label`` or ``gt_score``, and ``sample_idx`` where
                the distributions come from the bank.

        Returns:
            ``loss``, and with neighbours ``loss_neighbor`` and the two logged shares.

        Raises:
            ValueError: If there is a neighbours' loss but no relation.
        """
        scores = self(feats)
        losses = self._get_loss(scores, data_samples, **kwargs)
        if self.neighbor_loss is not None:
            if feats[0] is None or feats[0].ndim != 2:
                raise ValueError(
                    'RALDHead needs the relation (N, M) as the first output of the neck: use '
                    "HIFENet (neighbors='cosine' without itrr), or set neighbor_loss=None."
                )
            losses.update(self._neighbor_losses(self.neighbor_loss, feats[0], scores, data_samples))
        return losses

    def _neighbor_losses(
        self,
        neighbor_loss: NeighborLabelDistributionLoss,
        relation: Tensor,
        scores: Tensor,
        data_samples: list[DataSample],
    ) -> dict[str, Tensor]:
        n, m = relation.shape
        gathered = m == n * get_world_size() and get_world_size() > 1
        if self.neighbor_distributions is not None:
            index = torch.tensor([int(s.sample_idx) for s in data_samples])
            distribution = self.neighbor_distributions[index].to(scores.device)
            losses = {}
        else:
            probs = scores.detach().float().softmax(1)
            labels = torch.stack(
                [s.gt_score.argmax() if 'gt_score' in s else s.gt_label[0] for s in data_samples]
            )
            if gathered:
                probs, labels = torch.cat(all_gather(probs)), torch.cat(all_gather(labels))
            offset = n * get_rank() if gathered else 0
            distribution = neighbor_loss.distribution(relation, probs, offset)
            losses = _agreement(relation, labels, neighbor_loss.k, offset)
        loss = self.neighbor_weight * neighbor_loss(scores, distribution)
        return {'loss_neighbor': loss, **losses}


@torch.no_grad()
def _agreement(relation: Tensor, labels: Tensor, k: int, offset: int) -> dict[str, Tensor]:
    n, m = relation.shape
    if m < 2:
        return {}
    own = torch.arange(n, device=relation.device)
    same = (labels[own + offset, None] == labels[None]).float()
    same[own, own + offset] = 0
    others = relation.detach().clone()
    others[own, own + offset] = -torch.inf
    nearest = others.topk(min(k, m - 1), dim=1).indices
    return {
        'neighbor_agreement': same.gather(1, nearest).mean(),
        'neighbor_chance': same.sum() / (n * (m - 1)),
    }
