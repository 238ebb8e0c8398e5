"""Augmentation of whole batches on the device of the model, by the library kornia."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
import torch
from mmengine.dist import get_rank
from mmpretrain.models import ClsDataPreprocessor
from torch import Tensor, nn

from mmfer.registry import MODELS

PLACES = ('face_box', 'landmarks', 'landmarks5', 'landmark_mask', 'region_valid')
"""Fields of a sample that become wrong if only its image moves."""

NOT_PIXELS = ('Normalize', 'Denormalize')
"""Classes of kornia whose results are no values of pixels."""


@MODELS.register_module()
class AugmentingPreprocessor(ClsDataPreprocessor):
    """mmpretrain's ``ClsDataPreprocessor``, which first changes the images of a training batch.

    The images stay uint8 until they are on the device of the model, are changed there by
    augmentations of kornia (``pip install kornia``), each image with its own random numbers, and
    are rounded to whole values once. Then come the normalization and ``batch_augments`` such as
    mixup. Labels stay as they are, and a test never changes an image.

    The random numbers depend on PyTorch's generator and on the rank, so they follow the seed of the
    config, differ between steps and ranks, and go on in a resumed training.

    Args:
        device_augments: The augmentations in order, each with the name and the options of a class
            in ``kornia.augmentation`` for images (``AugmentationBase2D``). They see RGB from 0 to
            1. Many have ``p=0.5`` if it is not given.
        **options: Options of ``ClsDataPreprocessor``.

    Raises:
        ModuleNotFoundError: At the first training batch, if kornia is missing.
        ValueError: If ``device_augments`` is no list of them.
        ValueError: At the first training batch, if kornia has no such augmentation, the images are
            not uint8 (such as motion, whose signs a flip would leave wrong) or of several sizes, or
            samples have landmarks, boxes, masks or regions, which an augmentation that moves the
            image would make wrong.

    Example:
        >>> data_preprocessor = dict(
        ...     type='AugmentingPreprocessor', mean=[127.0] * 3, std=[128.0] * 3, to_rgb=True,
        ...     device_augments=[
        ...         dict(type='RandomHorizontalFlip', p=0.5),
        ...         dict(type='RandomAffine', degrees=15, translate=(0.05, 0.05), scale=(0.9, 1.1),
        ...              padding_mode='reflection', align_corners=True, p=1.0)])
    """

    def __init__(self, device_augments: Sequence[Mapping[str, Any]], **options: Any) -> None:
        super().__init__(**options)
        listed = isinstance(device_augments, Sequence) and not isinstance(device_augments, str)
        if not listed or not all(isinstance(entry, Mapping) for entry in device_augments):
            raise ValueError(
                f'device_augments={device_augments!r}: give a list of augmentations, such as '
                "[dict(type='RandomHorizontalFlip', p=0.5)]."
            )
        self.device_augments = [dict(entry) for entry in device_augments]

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Prepare a batch, and change its images first if it is for training."""
        if training and self.device_augments:
            samples = data.get('data_samples') or ()
            data = {**data, 'inputs': self.augment(self.cast_data(data['inputs']), samples)}
        prepared: dict[str, Any] = super().forward(data, training)
        return prepared

    @cached_property
    def _augments(self) -> list[nn.Module]:
        """No submodules, so that they draw on the CPU, and no checkpoint or average has them."""
        return [_build(entry) for entry in self.device_augments]

    @torch.compiler.disable
    @torch.no_grad()
    def augment(self, images: Tensor | Sequence[Tensor], samples: Sequence[Any] = ()) -> Tensor:
        """Change a batch of images.

        Args:
            images: (N, C, H, W) uint8, or N images of one size; three channels are BGR.
            samples: What belongs to the images.

        Raises:
            ModuleNotFoundError: If kornia is missing.
            ValueError: See the class.
        """
        if len({image.shape for image in images}) > 1:
            raise ValueError(
                'device_augments change images of one size, but a batch has several. Resize them '
                'in the pipeline, such as by ResizeFace.'
            )
        batch = images if isinstance(images, Tensor) else torch.stack(list(images))
        if batch.dtype != torch.uint8:
            raise ValueError(
                f'device_augments change images of type uint8, but these are {batch.dtype}. Remove '
                'device_augments, or the transform that makes them.'
            )
        self._check_places(samples)
        drawn = int(torch.randint(2**31, ()))
        seed = int(np.random.SeedSequence((drawn, get_rank())).generate_state(1)[0])
        values = _channels_reversed(batch).float() / 255
        # Autocast would round the positions to which an image moves.
        with (
            torch.random.fork_rng(devices=()),
            torch.autocast(batch.device.type, enabled=False),
        ):
            torch.default_generator.manual_seed(seed)
            for augment in self._augments:
                values = augment(values)
        pixels = (values * 255).round_().clamp_(0, 255).to(torch.uint8)
        return _channels_reversed(pixels)

    def _check_places(self, samples: Sequence[Any]) -> None:
        moving = [augment for augment in self._augments if not _keeps_places(augment)]
        for sample in samples if moving else ():
            fields = [field for field in PLACES if field in sample]
            if fields:
                raise ValueError(
                    f'{type(moving[0]).__name__} in device_augments moves the image, but not '
                    f'{" and ".join(fields)} of "{sample.get("img_path", "an image")}", which '
                    'would then be wrong. Use the transforms of the pipeline instead, such as '
                    'RandomFaceAffine, or remove the annotations of the position (sidecar=False).'
                )


def _channels_reversed(images: Tensor) -> Tensor:
    """Images (N, 3, H, W) from BGR, as they are read, to RGB, or back; others as they are."""
    return images.flip(1) if images.size(1) == 3 else images


def _kornia() -> Any:
    try:
        return import_module('kornia.augmentation')
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'device_augments need the package kornia: pip install kornia, or use the transforms of '
            'the pipeline.'
        ) from error


def _build(entry: Mapping[str, Any]) -> nn.Module:
    """An augmentation; only classes of kornia, because a config may come from a stranger."""
    library, options = _kornia(), dict(entry)
    name, base = str(options.pop('type', None)), library.AugmentationBase2D
    kinds = {
        known: kind
        for known, kind in vars(library).items()
        if isinstance(kind, type) and issubclass(kind, base) and not known.endswith('Base2D')
    }
    if name in NOT_PIXELS:
        raise ValueError(
            f'device_augments: the results are pixels again, so {name} has no place there. Give '
            'mean=... and std=... of the data preprocessor.'
        )
    if name not in kinds:
        close = get_close_matches(name, sorted(kinds), n=1)
        raise ValueError(
            f'device_augments: kornia.augmentation has no augmentation "{name}" of single images. '
            f'Did you mean {(close or ["RandomAffine"])[0]}?'
        )
    chance = options.get('p', 1)
    if not isinstance(chance, int | float) or not 0 <= chance <= 1:
        raise ValueError(f'device_augments: {name}(p={chance!r}): give a probability, 0 to 1.')
    try:
        built: nn.Module = kinds[name](**options)
    except (TypeError, ValueError, AssertionError) as error:
        raise ValueError(f'device_augments: {name} takes other options: {error}') from error
    return built


def _keeps_places(augment: nn.Module) -> bool:
    """Whether an augmentation changes values of pixels only."""
    return isinstance(augment, _kornia().IntensityAugmentationBase2D)
