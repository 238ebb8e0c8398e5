"""Label guided image feature optimization (paper 003, section 3.3.3)."""

from mmengine.model import BaseModule
from torch import Tensor

from mmfer.models.necks.attention import RelationAttention
from mmfer.registry import MODELS


@MODELS.register_module()
class LGIFO(BaseModule):
    """Cross attention from images to labels (eq. 13-17); the values are the unprojected labels.

    In the printed form (``residual=False``), the output is computed from label vectors alone.

    Args:
        embed_dims: Width D of image features and labels.
        num_heads, scale, ffn_dims, residual, init, gate: See :class:`RelationAttention`.

    Example:
        >>> neck = dict(type='HIFENet', in_channels=512, lgifo=dict(residual=True))
    """

    def __init__(
        self,
        embed_dims: int = 512,
        num_heads: int = 8,
        scale: float = 0.125,
        ffn_dims: int = 1024,
        residual: bool = True,
        init: str = 'identity',
        gate: bool = False,
    ) -> None:
        super().__init__()
        self.attention = RelationAttention(
            embed_dims, num_heads, scale, ffn_dims, residual, init, gate, project_values=False
        )

    def forward(self, images: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """F^ (N, D), from F~ (N, D) and the ``attention.keys_values`` of the labels."""
        return self.attention(images, keys, values)[1]
