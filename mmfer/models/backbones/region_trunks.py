"""Two trunks: one for the whole face, one for its parts (paper 001, sections 2.2 and 2.3)."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmfer.registry import MODELS

BRANCHES = ('local', 'global')


@MODELS.register_module()
class RegionTrunks(BaseModule):
    """Maps of eyes, mouth and face: eyes and mouth share one trunk, the face has its own.

    The input is the strip of ``CropRegions``: square images of face, eyes and mouth, stacked
    vertically. With only the global branch, the input is the image of the face.

    Args:
        trunk: Config of a backbone whose last output is a map, built once for each branch.
        branches: ``'local'``, ``'global'`` or both.
        init_cfg: See mmengine's ``BaseModule``. Pretrained weights go into ``trunk``.

    Raises:
        ValueError: If there is no branch, a branch is unknown, or, in forward, the input is not
            such a strip.

    Example:
        >>> backbone = dict(
        ...     type='RegionTrunks',
        ...     trunk=dict(
        ...         type='VGGBN16',
        ...         init_cfg=dict(type='Pretrained', checkpoint='vgg16_bn-6c64b313.pth')))
    """

    def __init__(
        self,
        trunk: dict,
        branches: Sequence[str] = BRANCHES,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if not branches or not set(branches) <= set(BRANCHES):
            raise ValueError(
                f'RegionTrunks: branches={tuple(branches)}: give {" or ".join(BRANCHES)}, or both.'
            )
        self.local_trunk = MODELS.build(trunk) if 'local' in branches else None
        self.global_trunk = MODELS.build(trunk) if 'global' in branches else None

    @property
    def views(self) -> int:
        """Number of square images in the input."""
        return 1 if self.local_trunk is None else 3

    def forward(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Strips (N, 3, views * S, S) -> the maps (N, C, h, w) of eyes, mouth and face.

        Without the local branch, the output is the map of the face; without the global branch, the
        maps of eyes and mouth.
        """
        if inputs.size(2) != self.views * inputs.size(3):
            raise ValueError(
                f'The model takes {self.views} square picture(s) below one another, but got '
                f'{inputs.size(2)} x {inputs.size(3)} pixels. Put CropRegions into the pipeline, '
                'or leave it out for the global branch alone.'
            )
        face, *parts = inputs.chunk(self.views, dim=2)
        maps: tuple[Tensor, ...] = ()
        if self.local_trunk is not None:
            maps = self.local_trunk(torch.cat(parts))[-1].chunk(2)
        if self.global_trunk is not None:
            maps = (*maps, self.global_trunk(face)[-1])
        return maps
