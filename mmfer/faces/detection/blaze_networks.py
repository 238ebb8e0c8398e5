"""The networks of BlazeFace and of the face mesh, which share one kind of block."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mmfer.faces.detection.blaze_search import IMAGE_SIZE, POINTS
from mmfer.faces.detection.mesh_search import MESH_POINTS

ASSETS = Path(__file__).parents[1] / 'assets'
Activation = Callable[[int], nn.Module]
"""Builds the activation function of a number of channels."""


def relu(channels: int) -> nn.Module:
    """The activation function of BlazeFace; it needs no channels."""
    return nn.ReLU()


def pad_same(x: Tensor, kernel: int, stride: int) -> Tensor:
    """Pad maps of even sides with zeros, as TensorFlow's ``SAME`` does: more on the right."""
    total = kernel - stride
    before = total // 2
    return F.pad(x, (before, total - before, before, total - before))


class BlazeBlock(nn.Module):
    """A depthwise and a pointwise convolution with a shortcut.

    The shortcut is reduced by the maximum where the stride is 2, and gets channels of zeros where
    the block has more channels (Bazarevsky et al. 2019, figure 2).
    """

    def __init__(
        self, channels_in: int, channels_out: int, stride: int, activation: Activation
    ) -> None:
        super().__init__()
        self.stride = stride
        self.more = channels_out - channels_in
        padding = 1 if stride == 1 else 0
        self.depthwise = nn.Conv2d(channels_in, channels_in, 3, stride, padding, groups=channels_in)
        self.pointwise = nn.Conv2d(channels_in, channels_out, 1)
        self.activation = activation(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        padded = x if self.stride == 1 else pad_same(x, 3, self.stride)
        kept = x if self.stride == 1 else F.max_pool2d(x, 2)
        if self.more:
            kept = F.pad(kept, (0, 0, 0, 0, 0, self.more))
        return self.activation(kept + self.pointwise(self.depthwise(padded)))


class Stem(nn.Module):
    """The first convolution, with stride 2."""

    def __init__(self, channels: int, kernel: int, activation: Activation) -> None:
        super().__init__()
        self.kernel = kernel
        self.convolution = nn.Conv2d(3, channels, kernel, 2)
        self.activation = activation(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.convolution(pad_same(x, self.kernel, 2)))


def blocks(channels: Sequence[int], activation: Activation) -> nn.Sequential:
    """Blocks from the first number of channels to the others; a negative number halves the map."""
    pairs = zip(channels[:-1], channels[1:], strict=True)
    return nn.Sequential(
        *(BlazeBlock(abs(a), abs(b), 2 if b < 0 else 1, activation) for a, b in pairs)
    )


class BlazeFaceNetwork(nn.Module):
    """Proposes faces at 896 places of a square image of 128 px.

    Takes (N, 3, 128, 128) RGB from -1 to 1. Returns logits of a face (N, 896) and values (N, 896,
    8, 2) in pixels relative to the place: center and size of the box, then six points. The places
    are two for each cell of a grid of 16 x 16, then six for each cell of 8 x 8, see :func:`places`.

    The order of the parts is the order of the weights in the file of the publisher.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = Stem(24, 5, relu)
        self.fine = blocks([24, 24, 28, -32, 36, 42, -48, 56, 64, 72, 80, 88], relu)
        self.fine_boxes = nn.Conv2d(88, 2 * 16, 1)
        self.coarse = blocks([88, -96, 96, 96, 96, 96], relu)
        self.coarse_boxes = nn.Conv2d(96, 6 * 16, 1)
        self.fine_faces = nn.Conv2d(88, 2, 1)
        self.coarse_faces = nn.Conv2d(96, 6, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.fine(self.stem(x))
        coarse = self.coarse(fine)

        def joined(first: Tensor, second: Tensor, values: int) -> Tensor:
            rows = [y.permute(0, 2, 3, 1).flatten(1) for y in (first, second)]
            return torch.cat([row.unflatten(1, (-1, values)) for row in rows], dim=1)

        logits = joined(self.fine_faces(fine), self.coarse_faces(coarse), 1)
        boxes = joined(self.fine_boxes(fine), self.coarse_boxes(coarse), 16)
        return logits[..., 0], boxes.unflatten(2, (2 + POINTS, 2))


def detector_input(images: Tensor) -> Tensor:
    """The input of :class:`BlazeFaceNetwork` from pixels (N, 3, 128, 128) RGB, 0 to 255."""
    return images / 127.5 - 1


def mesh_input(crops: Tensor) -> Tensor:
    """The input of :class:`FaceMeshNetwork` from pixels (N, 3, 192, 192) RGB, 0 to 255."""
    return crops / 255


def boxes_and_points(values: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """Proposals as shares of the side of the image.

    Args:
        values: (N, 896, 8, 2), see :class:`BlazeFaceNetwork`.
        places: (896, 2), see :func:`places`.

    Returns:
        Boxes (N, 896, 4) x1, y1, x2, y2, and points (N, 896, 6, 2).
    """
    shares = values / IMAGE_SIZE
    center, half = shares[:, :, 0] + places, shares[:, :, 1] / 2
    boxes = torch.cat([center - half, center + half], dim=2)
    return boxes, shares[:, :, 2:] + places[:, None]


def places() -> Tensor:
    """The places (896, 2) of the proposals, x and y as shares of the image's side."""
    found = []
    for cells, each in ((16, 2), (8, 6)):
        center = (torch.arange(cells) + 0.5) / cells
        y, x = torch.meshgrid(center, center, indexing='ij')
        found.append(torch.stack([x, y], -1).reshape(-1, 2).repeat_interleave(each, dim=0))
    return torch.cat(found)


class FaceMeshNetwork(nn.Module):
    """Finds the 468 points of a mesh in the crop of a face.

    Takes (N, 3, 192, 192) RGB from 0 to 1. Returns points (N, 468, 3) in pixels of the crop, with z
    growing away from the viewer, and the logit (N,) that the crop holds a face.

    The order of the parts is the order of the weights in the file of the publisher.
    """

    def __init__(self) -> None:
        super().__init__()
        trunk = [16, 16, 16, -32, 32, 32, -64, 64, 64, -128, 128, 128, -128, 128, 128]
        self.stem = Stem(16, 3, nn.PReLU)
        self.trunk = blocks(trunk, nn.PReLU)
        self.points = self._branch([128, -128, 128, 128], 3 * MESH_POINTS)
        self.face = self._branch([128, -128], 1)

    @staticmethod
    def _branch(channels: Sequence[int], values: int) -> nn.Sequential:
        return nn.Sequential(
            blocks(channels, nn.PReLU),
            nn.Conv2d(128, 32, 1),
            nn.PReLU(32),
            BlazeBlock(32, 32, 1, nn.PReLU),
            nn.Conv2d(32, values, 3),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.trunk(self.stem(x))
        points = self.points(x).flatten(1)
        return points.unflatten(1, (MESH_POINTS, 3)), self.face(x).flatten()


def put_shipped_weights(network: nn.Module, name: str) -> None:
    """Load the weights of a network from ``mmfer/faces/assets`` and prepare it for predictions."""
    with np.load(ASSETS / f'{name}.npz', allow_pickle=False) as arrays:
        state = {key: torch.from_numpy(arrays[key]).float() for key in arrays.files}
    network.load_state_dict(state)
    # Faster on a CPU; the stubs of PyTorch lack this form.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.eval()
