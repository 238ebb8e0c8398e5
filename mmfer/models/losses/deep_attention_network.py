"""The deep attention network of MIFNet (paper 000, eq. 10-14)."""

import torch
from mmengine.logging import print_log
from torch import Tensor, nn

from mmfer.models.batch_norm import BatchNorm1d
from mmfer.registry import MODELS


def _encoder(in_channels: int, hidden_channels: tuple[int, int, int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width, activation in zip(hidden_channels, (nn.ReLU(), nn.ReLU(), nn.Tanh()), strict=True):
        layers += [nn.Linear(in_channels, width), BatchNorm1d(width), activation]
        in_channels = width
    return nn.Sequential(*layers)


@MODELS.register_module()
class DeepAttentionNetwork(nn.Module):
    """Weights of the elements of a feature, computed from the feature map (eq. 10-14).

    Three linear layers compute q1 from the maximum of each channel, and three others compute q2
    from the whole map; q = tanh(q1 + q2); each element gets two scores from q and their softmax.
    Eq. 13 prints e_i for q_i, and the text writes eq. 8, 9 and 11 for eq. 10, 11 and 13.

    The first layer of the second branch holds nearly all weights, C H W times its width: for a map
    of 512 x 7 x 7, the network has 6.7 M weights by default, and 97 M with (3500, 1024, 64). Only
    training needs the network; the log shows the number of weights.

    Args:
        in_channels: Channels C of the map, and elements of the feature.
        map_size: Height and width of the map; one number for both.
        hidden_channels: Widths of the three layers (our choice); the last is d', the width of q.

    Raises:
        ValueError: If there are not three widths.

    Example:
        >>> attention = DeepAttentionNetwork(512, 7)
        >>> attention(torch.rand(2, 512, 7, 7)).shape
        torch.Size([2, 512])
    """

    def __init__(
        self,
        in_channels: int,
        map_size: int | tuple[int, int],
        hidden_channels: tuple[int, int, int] = (256, 128, 64),
    ) -> None:
        super().__init__()
        if len(hidden_channels) != 3:
            raise ValueError(
                f'hidden_channels={hidden_channels} of DeepAttentionNetwork must be three widths.'
            )
        height, width = (map_size, map_size) if isinstance(map_size, int) else map_size
        self.map_shape = (in_channels, height, width)
        self.pooled_encoder = _encoder(in_channels, hidden_channels)
        self.map_encoder = _encoder(in_channels * height * width, hidden_channels)
        self.heads = nn.Linear(hidden_channels[-1], 2 * in_channels)
        count = sum(parameter.numel() for parameter in self.parameters())
        print_log(f'DeepAttentionNetwork: {count / 1e6:.2f} M weights.', logger='current')

    def forward(self, feature_map: Tensor) -> Tensor:
        """Map (N, C, H, W) -> weights (N, C) between 0 and 1.

        Raises:
            ValueError: If the map has another shape.
        """
        if feature_map.shape[1:] != self.map_shape:
            raise ValueError(
                f'The map has the shape {tuple(feature_map.shape)}, but DeepAttentionNetwork was '
                f'built for (N, {", ".join(map(str, self.map_shape))}): set in_channels and '
                'map_size, and let the neck give the map first, as FeaturePooling does.'
            )
        pooled = self.pooled_encoder(feature_map.amax((2, 3)))
        latent = torch.tanh(pooled + self.map_encoder(feature_map.flatten(1)))
        scores = self.heads(latent).unflatten(1, (-1, 2))
        return scores.softmax(2)[..., 0]
