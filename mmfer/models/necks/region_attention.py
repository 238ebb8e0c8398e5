"""The attention branch of the multi-region network (paper 001, section 2.3)."""

from collections.abc import Callable

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.registry import MODELS


def region_attention(
    feature_map: Tensor,
    hidden: Callable[[Tensor], Tensor],
    output: Callable[[Tensor], Tensor],
) -> Tensor:
    """M = sigmoid(w2 tanh(w1 F + b1) + b2), one weight for each position (eq. 3).

    Args:
        feature_map: F, (N, C, h, w).
        hidden: The first convolution, of w1 and b1.
        output: The second, of w2 and b2, to one channel.

    Returns:
        (N, 1, h, w), 0 to 1.
    """
    return output(hidden(feature_map).tanh()).sigmoid()


@MODELS.register_module()
class RegionAttention(BaseModule):
    """Weights for the positions of a map, to emphasize visible parts of the face (eq. 3, 7).

    On its own, the module may learn any weights; :class:`AttentionMaskLoss` on M ties the weights
    to cells with visible landmarks.

    Args:
        in_channels: Channels C of the last map.
        hidden_channels: Channels of the map between the two 3x3 convolutions. The paper does not
            print this number; with 128, the network has the printed number of parameters.

    Example:
        >>> neck = [dict(type='RegionAttention', in_channels=512), dict(type='FeaturePooling')]
    """

    def __init__(self, in_channels: int, hidden_channels: int = 128) -> None:
        super().__init__()
        self.hidden = nn.Conv2d(in_channels, hidden_channels, 3, padding=1)
        self.output = nn.Conv2d(hidden_channels, 1, 3, padding=1)

    def forward(self, feats: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Maps, the last being F (N, C, h, w) -> (M (N, 1, h, w), F_M = M * F)."""
        x = feats[-1]
        attention = region_attention(x, self.hidden, self.output)
        return attention, attention * x
