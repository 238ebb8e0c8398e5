"""Smaller images at the beginning of a training."""

from logging import WARNING
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmpretrain.structures import DataSample
from torch import Tensor
from torch.nn import functional as F

from mmfer.engine.feature_bank import unwrap
from mmfer.engine.train_loop import needs_epochs
from mmfer.protocols import views_of
from mmfer.registry import HOOKS


@HOOKS.register_module()
class ImageSizeHook(Hook):
    """Train with smaller images first, which take less time (progressive resizing).

    The batches of a training are shrunk, by averaging over areas, before the data preprocessor; the
    validation and the test keep their size. For networks that take images of any size, such as
    ResNet and ConvNeXt; Swin and attention over a map of fixed size do not.

    Args:
        sizes: The side of the images in pixels from an epoch on, as ``{epoch: side}``, from epoch 0
            on; None for the size of the data.

    Raises:
        ValueError: If the sizes do not begin at epoch 0, one is not above 0, images are not
            square or smaller than asked, or the images are views stacked on each other, or have a
            ``landmark_mask``; or if the training counts iterations, whose epoch is always 0.

    Example:
        >>> custom_hooks = [dict(type='ImageSizeHook', sizes={0: 32, 4: 40, 8: None})]
    """

    def __init__(self, sizes: dict[int, int | None]) -> None:
        try:
            self.sizes = {int(epoch): side for epoch, side in sizes.items()}
        except (AttributeError, TypeError, ValueError):
            self.sizes = {}
        if 0 not in self.sizes or min(self.sizes) < 0:
            raise ValueError(
                f'ImageSizeHook(sizes={sizes}): give the side from epoch 0 on, such as '
                '{0: 32, 8: None}.'
            )
        sides = [side for side in self.sizes.values() if side is not None]
        if not all(type(side) is int and side > 0 for side in sides):
            raise ValueError(
                f'ImageSizeHook(sizes={sizes}): a side is a whole number above 0, or None.'
            )

    def before_train(self, runner: Runner) -> None:
        """Check that the epochs of the sizes are reached."""
        last, epochs = max(self.sizes), runner.max_epochs
        needs_epochs(runner, last, 'ImageSizeHook')
        if last >= epochs:
            print_log(
                f'ImageSizeHook(sizes={self.sizes}): epoch {last} is not reached, because the '
                f'training ends after {epochs}, so its last images have another size.',
                logger='current',
                level=WARNING,
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict[str, Any] | None = None
    ) -> None:
        """Shrink the images of the batch."""
        side = self.sizes[max(epoch for epoch in self.sizes if epoch <= runner.epoch)]
        if side is None or data_batch is None:
            return
        if views_of(unwrap(runner.model)) != 1:
            raise ValueError('ImageSizeHook takes one view of a face, but this model has several.')
        images = data_batch['inputs']
        share = side / images[0].shape[-1]
        for sample in data_batch['data_samples']:
            _shrink_fields(sample, share)
        several = isinstance(images, list | tuple)
        data_batch['inputs'] = (
            [_shrunk(one, side) for one in images] if several else _shrunk(images, side)
        )


def _shrink_fields(sample: DataSample, share: float) -> None:
    """Points and boxes in pixels of the smaller image; (0, 0) is the center of the first pixel."""
    if 'landmark_mask' in sample:
        raise ValueError(
            'ImageSizeHook cannot shrink the cells of a landmark_mask. Remove the hook, or the '
            'transform LandmarkMask.'
        )
    for field, half in (('landmarks', 0.5), ('landmarks5', 0.5), ('face_box', 0.0)):
        if field in sample:
            sample.set_field((sample.get(field) + half) * share - half, field)


def _shrunk(images: Tensor, side: int) -> Tensor:
    """Images (..., C, S, S) as (..., C, side, side) of the same type."""
    height, width = images.shape[-2:]
    if height != width or height < side:
        raise ValueError(
            f'ImageSizeHook shrinks square images to {side} pixels, but these have {height} x '
            f'{width}. Give smaller sides, or resize the faces to a square in the pipeline.'
        )
    batch = images if images.dim() == 4 else images[None]
    small = F.interpolate(batch.float(), (side, side), mode='area')
    small = small.round() if not torch.is_floating_point(images) else small
    return small.to(images.dtype).reshape(*images.shape[:-2], side, side)
