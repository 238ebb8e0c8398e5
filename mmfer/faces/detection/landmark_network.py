"""The network that finds landmarks in the crop of a face."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mmfer.faces.landmark_order import LANDMARKS

PIXEL_MEAN, PIXEL_STD = 127.5, 64.0
EXPANSION = 3


def normalized(crops: Tensor) -> Tensor:
    """The input of the network from pixels (N, 3, S, S) RGB, 0 to 255."""
    return (crops - PIXEL_MEAN) / PIXEL_STD


def soft_argmax(heat: Tensor) -> tuple[Tensor, Tensor]:
    """Expected positions under the softmax of heat maps.

    Nibali, He, Morgan and Prendergast, "Numerical coordinate regression with convolutional neural
    networks" (2018).

    Args:
        heat: (N, K, h, w) logits.

    Returns:
        Points (N, K, 2) as x, y relative to the map, from 0 at the left or upper border to 1 at the
        right or lower border; and the softmax (N, K, h, w).
    """
    height, width = heat.shape[-2:]
    share = heat.flatten(2).softmax(dim=2).view_as(heat)
    x, y = (
        (torch.arange(n, dtype=share.dtype, device=heat.device) + 0.5) / n for n in (width, height)
    )
    return torch.stack([share.sum(2) @ x, share.sum(3) @ y], dim=-1), share


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, projection (Sandler et al., "MobileNetV2", CVPR 2018)."""

    def __init__(self, channels_in: int, channels_out: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = channels_in * expansion
        self.shortcut = stride == 1 and channels_in == channels_out
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, hidden, 1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, channels_out, 1, bias=False),
            nn.BatchNorm2d(channels_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.shortcut else self.body(x)


def _convolution(channels_in: int, channels_out: int) -> list[nn.Module]:
    convolution = nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(channels_out), nn.ReLU(inplace=True)]


def _stage(channels_in: int, channels_out: int, blocks: int, stride: int) -> nn.Module:
    first = InvertedResidual(channels_in, channels_out, stride, EXPANSION)
    rest = [InvertedResidual(channels_out, channels_out, 1, EXPANSION) for _ in range(blocks - 1)]
    return nn.Sequential(first, *rest)


class LandmarkNetwork(nn.Module):
    """Predicts landmarks by heat maps at a quarter of the crop's size, and their visibility.

    Inverted residuals reduce the size to 1/16; a top-down path enlarges it again (Lin et al.,
    "Feature pyramid networks", CVPR 2017). The position of a landmark is the expected position
    under its heat map. Its visibility is a linear function of the features under the heat map and
    of the features of the whole face.

    The input are crops (N, 3, S, S) RGB, normalized by ``PIXEL_MEAN`` and ``PIXEL_STD``, with S a
    multiple of 16. The output are points (N, 68, 2) as x, y relative to the crop, visibility logits
    (N, 68), and heat maps (N, 68, S / 4, S / 4) that sum to 1.
    """

    channels = (32, 64, 128)
    blocks = (2, 4, 4)
    width = 64

    def __init__(self) -> None:
        super().__init__()
        stem, first = 24, self.channels[0]
        self.stem = nn.Sequential(*_convolution(3, stem), *_convolution(stem, first))
        sizes = (first, *self.channels)
        strides = (1, 2, 2)
        self.stages = nn.ModuleList(
            _stage(a, b, n, stride)
            for a, b, n, stride in zip(sizes[:-1], sizes[1:], self.blocks, strides, strict=True)
        )
        self.lateral = nn.ModuleList(nn.Conv2d(c, self.width, 1) for c in self.channels)
        self.merge = nn.ModuleList(
            InvertedResidual(self.width, self.width, 1, EXPANSION) for _ in self.channels[:-1]
        )
        self.heat = nn.Conv2d(self.width, LANDMARKS, 1)
        self.seen_there = nn.Parameter(torch.zeros(LANDMARKS, self.width))
        self.seen_at_all = nn.Linear(self.channels[-1], LANDMARKS)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.stem(x)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        top = self.lateral[-1](x)
        for lateral, merge, finer in zip(
            reversed(self.lateral[:-1]), reversed(self.merge), reversed(maps[:-1]), strict=True
        ):
            top = merge(F.interpolate(top, size=finer.shape[-2:]) + lateral(finer))
        with torch.autocast(x.device.type, enabled=False):
            top, whole = top.float(), x.float().mean(dim=(2, 3))
            points, share = soft_argmax(F.conv2d(top, self.heat.weight, self.heat.bias))
            there = torch.einsum('nkhw,nchw->nkc', share, top)
            logits = (there * self.seen_there).sum(dim=2) + self.seen_at_all(whole)
        return points, logits, share
