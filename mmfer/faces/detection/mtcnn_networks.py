"""The three networks of MTCNN (Zhang et al. 2016, figure 2)."""

import torch
from torch import nn


def _convolution(channels_in: int, channels_out: int, kernel: int) -> list[nn.Module]:
    return [nn.Conv2d(channels_in, channels_out, kernel), nn.PReLU(channels_out)]


def _pool(kernel: int, ceil_mode: bool) -> nn.Module:
    return nn.MaxPool2d(kernel, stride=2, ceil_mode=ceil_mode)


def normalized(images: torch.Tensor) -> torch.Tensor:
    """The input of the networks from pixels (N, 3, H, W) RGB, 0 to 255."""
    return (images - 127.5) / 128


class PNet(nn.Module):
    """Proposal network: fully convolutional, with a window of 12 pixels and stride 2.

    Takes (N, 3, H, W) with H and W at least 12; returns the probabilities of a face (N, h, w) and
    the box offsets (N, 4, h, w), as shares of the window's side.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *_convolution(3, 10, 3),
            _pool(2, ceil_mode=True),
            *_convolution(10, 16, 3),
            *_convolution(16, 32, 3),
        )
        self.box = nn.Conv2d(32, 4, 1)
        self.face = nn.Conv2d(32, 2, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.trunk(x)
        return self.face(x).softmax(dim=1)[:, 1], self.box(x)


class RNet(nn.Module):
    """Refinement network: takes (N, 3, 24, 24), returns probabilities (N,) and offsets (N, 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *_convolution(3, 28, 3),
            _pool(3, ceil_mode=True),
            *_convolution(28, 48, 3),
            _pool(3, ceil_mode=False),
            *_convolution(48, 64, 2),
            nn.Flatten(),
            nn.Linear(64 * 3 * 3, 128),
            nn.PReLU(128),
        )
        self.box = nn.Linear(128, 4)
        self.face = nn.Linear(128, 2)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.trunk(x)
        return self.face(x).softmax(dim=1)[:, 1], self.box(x)


class ONet(nn.Module):
    """Output network: takes (N, 3, 48, 48); returns probabilities (N,), offsets (N, 4), points.

    The points (N, 5, 2) are x, y relative to the box, in the order of
    :data:`mmfer.faces.face.KEYPOINT_NAMES`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *_convolution(3, 32, 3),
            _pool(3, ceil_mode=True),
            *_convolution(32, 64, 3),
            _pool(3, ceil_mode=False),
            *_convolution(64, 64, 3),
            _pool(2, ceil_mode=True),
            *_convolution(64, 128, 2),
            nn.Flatten(),
            nn.Linear(128 * 3 * 3, 256),
            nn.PReLU(256),
        )
        self.box = nn.Linear(256, 4)
        self.points = nn.Linear(256, 10)
        self.face = nn.Linear(256, 2)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        x = self.trunk(x)
        # The network returns the five x first, then the five y.
        points = self.points(x).unflatten(1, (2, 5)).transpose(1, 2)
        return self.face(x).softmax(dim=1)[:, 1], self.box(x), points
