"""Keep an attention map inside the cells that hold landmarks (paper 001, section 2.3)."""

from torch import Tensor, nn

from mmfer.registry import MODELS


def attention_mask_loss(attention: Tensor, mask: Tensor) -> Tensor:
    """The mean over the images of the sum of (M - M * f)^2 over the cells (eq. 6 and 8).

    Only cells outside the mask count, and there attention costs its square. Nothing pulls the
    attention up inside the mask: M = 0 everywhere is a minimum too, which only the loss on the
    scores keeps the network from.

    Args:
        attention: M, (N, 1, h, w), 0 to 1.
        mask: f, (N, 1, h, w), 1 where a cell holds a visible landmark, else 0; of any type.

    Returns:
        A scalar.

    Raises:
        ValueError: If the shapes differ or are not (N, 1, h, w).
    """
    if attention.ndim != 4 or attention.size(1) != 1 or not len(attention):
        raise ValueError(
            f'attention has the shape {tuple(attention.shape)}: give (N, 1, h, w), one map for '
            'each image.'
        )
    if mask.shape != attention.shape:
        raise ValueError(
            f'mask has the shape {tuple(mask.shape)} and attention {tuple(attention.shape)}: make '
            "the landmark masks with the grid of the network's last map."
        )
    outside = attention - attention * mask.to(attention.dtype)
    return outside.square().sum() / len(attention)


@MODELS.register_module()
class AttentionMaskLoss(nn.Module):
    """Suppress attention where no landmark is visible; computed in float32.

    See :func:`attention_mask_loss`, also for its trivial minimum M = 0.

    Args:
        loss_weight: Weight beside the loss on the scores; the paper prints none.

    Example:
        >>> loss = dict(type='AttentionMaskLoss', loss_weight=1.0)
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, attention: Tensor, mask: Tensor) -> Tensor:
        """The weighted loss of attention (N, 1, h, w) with masks (N, 1, h, w): a scalar."""
        return self.loss_weight * attention_mask_loss(attention.float(), mask)
