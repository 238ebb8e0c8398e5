"""Contextual channel attention (paper 002, section 2.2)."""

from typing import Literal

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.models.necks.feature_pooling import last_map
from mmfer.registry import MODELS


def cc_attention(
    x: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    softmax_dim: Literal['spatial', 'channel'] = 'spatial',
) -> Tensor:
    """Weigh the values by global dynamic and local static context (eq. 3, 5 and 6).

    Args:
        x: X, (N, H, W, C).
        query: Q, the static context, (N, H, W, C).
        key: K, the dynamic context, (N, H, W, C), not yet multiplied by the mean of X.
        value: V, (N, H, W, C).
        softmax_dim: ``'spatial'``: softmax over the H W positions of each channel; ``'channel'``:
            over the channels of each position.

    Returns:
        A, (N, H, W, C).

    Raises:
        ValueError: If ``softmax_dim`` is unknown.
    """
    logits = key * x.mean((1, 2), keepdim=True) + query
    if softmax_dim == 'spatial':
        return logits.flatten(1, 2).softmax(1).view_as(logits) * value
    if softmax_dim == 'channel':
        return logits.softmax(3) * value
    raise ValueError(f"softmax_dim='{softmax_dim}' must be 'spatial' or 'channel'.")


@MODELS.register_module()
class CCAttention(BaseModule):
    """Contextual channel attention after a backbone (eq. 1-6).

    The input is a tuple whose last map is X (N, C, H, W), the output a tuple with A(X) + X of the
    same shape. A ConvNeXt backbone must not normalize the map: use :class:`ConvNeXtMap`.

    Args:
        in_channels: Channels C.
        kernel_size: k of eq. 1, odd.
        groups: Groups of the convolution of eq. 1.
        squeeze: K of eq. 2 is squeezed to C / ``squeeze`` channels.
        softmax_dim: See :func:`cc_attention`. The paper does not say; the code of the authors uses
            ``'spatial'``.
        residual: Add X, as the code of the authors does; False is the printed form, A(X) alone.

    Raises:
        ValueError: If ``groups`` or ``squeeze`` does not divide ``in_channels``, ``kernel_size`` is
            even, ``softmax_dim`` is unknown, or, in forward, the backbone returns no map.

    Example:
        >>> neck = [
        ...     dict(type='CCAttention', in_channels=1024),
        ...     dict(type='FeaturePooling', in_channels=1024, norm=dict(type='LN', eps=1e-6))]
    """

    def __init__(
        self,
        in_channels: int,
        kernel_size: int = 7,
        groups: int = 4,
        squeeze: int = 8,
        softmax_dim: Literal['spatial', 'channel'] = 'spatial',
        residual: bool = True,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        for name, divisor in (('groups', groups), ('squeeze', squeeze)):
            if in_channels % divisor:
                raise ValueError(
                    f'CCAttention: {name}={divisor} must divide in_channels={in_channels}.'
                )
        if kernel_size % 2 == 0:
            raise ValueError(f'CCAttention: kernel_size={kernel_size} must be odd.')
        if softmax_dim not in ('spatial', 'channel'):
            raise ValueError(
                f"CCAttention: softmax_dim='{softmax_dim}' must be 'spatial' or 'channel'."
            )
        self.softmax_dim = softmax_dim
        self.residual = residual
        self.query = nn.Conv2d(
            in_channels, in_channels, kernel_size, padding=kernel_size // 2, groups=groups
        )
        self.query_norm = nn.Sequential(nn.GELU(), nn.LayerNorm(in_channels, eps=1e-6))
        self.key = nn.Sequential(
            nn.Linear(in_channels, in_channels // squeeze),
            nn.GELU(),
            nn.Linear(in_channels // squeeze, in_channels),
        )
        self.value = nn.Linear(in_channels, in_channels)

    def forward(self, feats: tuple[Tensor, ...]) -> tuple[Tensor]:
        """Feature maps, the last of shape (N, C, H, W) -> (attended map (N, C, H, W),)."""
        feature_map = last_map(feats)
        x = feature_map.permute(0, 2, 3, 1)
        query = self.query_norm(self.query(feature_map).permute(0, 2, 3, 1))
        out = cc_attention(x, query, self.key(x), self.value(x), self.softmax_dim)
        if self.residual:
            out = out + x
        return (out.permute(0, 3, 1, 2),)
