"""The residual network of dlib's face recognition, as a backbone."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional

from mmfer.registry import MODELS

STAGES = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))
"""Channels and blocks of each stage; every stage but the first halves the resolution."""


class FaceBlock(nn.Module):
    """Two convolutions beside a shortcut without weights.

    A block that halves the resolution pools its shortcut; what the shortcut lacks in channels, or
    one branch in rows and columns, is zero.

    Args:
        in_channels: Of the input.
        channels: Of the output.
        down: Whether the resolution is halved.
    """

    def __init__(self, in_channels: int, channels: int, down: bool) -> None:
        super().__init__()
        first = {'stride': 2} if down else {'padding': 1}
        self.down = down
        self.conv1 = nn.Conv2d(in_channels, channels, 3, **first)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """From (N, in_channels, H, W) to (N, channels, H', W')."""
        branch = self.conv2(self.conv1(x).relu())
        if not self.down:
            return (x + branch).relu()
        shortcut = functional.avg_pool2d(x, 2)
        rows, columns = (shortcut.shape[i] - branch.shape[i] for i in (2, 3))
        branch = functional.pad(branch, (0, columns, 0, rows))
        missing = branch.shape[1] - shortcut.shape[1]
        return (functional.pad(shortcut, (0, 0, 0, 0, 0, missing)) + branch).relu()


@MODELS.register_module()
class FaceResNet(BaseModule):
    """The residual network with 29 convolutions of dlib's face recognition (King 2017).

    A ResNet-34 (He et al. 2016) with half the filters and fewer layers. The published network has
    per channel factors and offsets after each convolution, which are folded into it here, so there
    is no normalisation. 5.6 million weights; dlib's own input has 150 px.

    Args:
        stages: How many of the five stages are used. The last needs 112 px or more.
        init_cfg: As in mmengine; ``dict(type='Pretrained', checkpoint=...)`` takes what
            ``tools/misc/convert_dlib_face_resnet.py`` writes.

    Raises:
        ValueError: If there are no such stages.

    Example:
        >>> backbone = dict(type='FaceResNet', stages=5)
    """

    def __init__(self, stages: int = 5, init_cfg: dict | Sequence[dict] | None = None) -> None:
        if not 1 <= stages <= len(STAGES):
            raise ValueError(f'FaceResNet(stages={stages}): give 1 to {len(STAGES)}.')
        super().__init__(init_cfg)
        self.stem = nn.Conv2d(3, STAGES[0][0], 7, stride=2)
        self.stages = nn.ModuleList()
        width = STAGES[0][0]
        for number, (channels, blocks) in enumerate(STAGES[:stages]):
            stage = nn.Sequential()
            for i in range(blocks):
                stage.append(FaceBlock(width, channels, down=i == 0 and number > 0))
                width = channels
            self.stages.append(stage)
        self.out_channels = width

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """The last stage's map (N, C, H', W') of images (N, 3, H, W)."""
        x = functional.max_pool2d(self.stem(x).relu(), 3, 2)
        for stage in self.stages:
            x = stage(x)
        return (x,)
