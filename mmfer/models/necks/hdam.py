"""Hybrid domain attention over positions and channels (paper 000, section 2.2)."""

from mmengine.model import BaseModule
from torch import Tensor

from mmfer.models.necks.sga_net import SGANet
from mmfer.models.necks.sk_net import SKNet
from mmfer.registry import MODELS

MODES = ('parallel', 'sga_sk', 'sk_sga')


@MODELS.register_module()
class HDAM(BaseModule):
    """:class:`SGANet` and :class:`SKNet` on one map (figure 5).

    Args:
        in_channels: Channels C of the last map.
        mode: ``'parallel'``: the sum of both outputs, as in the paper (figure 5 joins them, but the
            paper does not say how). ``'sga_sk'`` and ``'sk_sga'``: one after the other, in this
            order.
        sga: Options of :class:`SGANet`.
        sk: Options of :class:`SKNet`.

    Raises:
        ValueError: If ``mode`` is unknown.

    Example:
        >>> neck = [dict(type='HDAM', in_channels=512), dict(type='FeaturePooling')]
    """

    def __init__(
        self,
        in_channels: int,
        mode: str = 'parallel',
        sga: dict | None = None,
        sk: dict | None = None,
    ) -> None:
        super().__init__()
        if mode not in MODES:
            raise ValueError(f"HDAM: mode='{mode}' must be one of {', '.join(MODES)}.")
        self.mode = mode
        self.sga = SGANet(in_channels, **(sga or {}))
        self.sk = SKNet(in_channels, **(sk or {}))

    def forward(self, feats: tuple[Tensor, ...]) -> tuple[Tensor]:
        """Maps, the last being X_in (N, C, H, W) -> (fused map (N, C, H, W),)."""
        x = feats[-1]
        if self.mode == 'sga_sk':
            return (self.sk(self.sga(x)),)
        if self.mode == 'sk_sga':
            return (self.sga(self.sk(x)),)
        return (self.sga(x) + self.sk(x),)
