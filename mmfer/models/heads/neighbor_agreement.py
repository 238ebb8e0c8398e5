"""Agreement of an image with its nearest images."""

import torch
from torch import Tensor


@torch.no_grad()
def neighbor_agreement(
    relation: Tensor, labels: Tensor, k: int, offset: int = 0
) -> dict[str, Tensor]:
    """Measure how many of the nearest images share the class of an image.

    Args:
        relation: R_v, (N, M); image i is the image of column ``offset + i``.
        labels: (M,).
        k: Number of neighbors.
        offset: See ``relation``.

    Returns:
        ``neighbor_agreement``, this share, and ``neighbor_chance``, the share among all other
        images; nothing if there is no other image.
    """
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
