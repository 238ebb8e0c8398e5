"""A loss that keeps attention inside the cells with landmarks (paper 001, section 2.3)."""

from torch import Tensor, nn

from mmfer.registry import MODELS


def attention_mask_loss(attention: Tensor, mask: Tensor, pull: float = 0.0) -> Tensor:
    """The sum of (M - M * f)^2 + pull * (f - M * f)^2 over the cells, averaged over the images.

    ``pull=0`` is the printed form (eq. 6 and 8): only cells outside the mask count, with the square
    of their attention. Nothing keeps the attention inside the mask above zero: M = 0 everywhere is
    also a minimum, and a network may reach this minimum within an epoch and then gets no gradient
    to leave it. ``pull=1`` gives the mean of the sum of (M - f)^2, which draws M to the mask, as
    the text next to eq. 6 says.

    Args:
        attention: M, (N, 1, h, w), 0 to 1.
        mask: f, (N, 1, h, w), 1 for cells with a visible landmark, else 0; any dtype.
        pull: Weight of missing attention inside the mask; 0 is the printed form.

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
    mask = mask.to(attention.dtype)
    inside = attention * mask
    loss = (attention - inside).square().sum()
    if pull:
        loss = loss + pull * (mask - inside).square().sum()
    return loss / len(attention)


@MODELS.register_module()
class AttentionMaskLoss(nn.Module):
    """Suppress attention where no landmark is visible; computed in float32.

    See :func:`attention_mask_loss`, also for its trivial minimum M = 0.

    Args:
        pull: Weight of missing attention inside the mask; 0 is the printed form.
        loss_weight: Weight of the loss, relative to the loss on the scores; the paper prints none.

    Raises:
        ValueError: If ``pull`` is negative.

    Example:
        >>> loss = dict(type='AttentionMaskLoss', pull=1.0, loss_weight=1.0)
    """

    def __init__(self, pull: float = 0.0, loss_weight: float = 1.0) -> None:
        super().__init__()
        if pull < 0:
            raise ValueError(f'AttentionMaskLoss: pull={pull} must not be negative.')
        self.pull, self.loss_weight = pull, loss_weight

    def forward(self, attention: Tensor, mask: Tensor) -> Tensor:
        """The weighted loss of attention (N, 1, h, w) with masks (N, 1, h, w): a scalar."""
        return self.loss_weight * attention_mask_loss(attention.float(), mask, self.pull)
