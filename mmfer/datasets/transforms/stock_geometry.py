"""Geometric transforms of other libraries, which do not move landmarks, boxes and masks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OURS = {
    'Albumentations': 'RandomFaceAffine, RandomFaceFlip or RandomPhotograph',
    'AugMix': 'RandomFaceAffine and RandomPhotograph',
    'AutoAugment': 'RandomFaceAffine and RandomPhotograph',
    'CenterCrop': 'FaceCrop or CropFace',
    'ElasticTransform': 'RandomFaceAffine',
    'EfficientNetCenterCrop': 'FaceCrop or CropFace',
    'FiveCrop': 'RandomFaceCrop',
    'MultiScaleFlipAug': 'RandomFaceFlip and ResizeFace',
    'Pad': 'CropFace and ResizeFace',
    'RandAugment': 'RandomFaceAffine and RandomPhotograph',
    'RandomAffine': 'RandomFaceAffine',
    'RandomChoiceResize': 'ResizeFace',
    'RandomCrop': 'RandomFaceCrop',
    'RandomFlip': 'RandomFaceFlip',
    'RandomHorizontalFlip': 'RandomFaceFlip',
    'RandomPerspective': 'RandomFaceAffine',
    'RandomResize': 'ResizeFace',
    'RandomResizedCrop': 'RandomFaceCrop',
    'RandomResizedCropAndInterpolationWithTwoPic': 'RandomFaceCrop',
    'RandomRotation': 'RandomFaceAffine',
    'RandomTranslatePad': 'RandomFaceAffine',
    'RandomVerticalFlip': 'RandomFaceAffine',
    'Resize': 'ResizeFace',
    'ResizeEdge': 'ResizeFace',
    'Rotate': 'RandomFaceAffine',
    'Shear': 'RandomFaceAffine',
    'TenCrop': 'RandomFaceCrop',
    'Translate': 'RandomFaceAffine',
    'TrivialAugmentWide': 'RandomFaceAffine and RandomPhotograph',
}
"""Geometric transforms of mmcv, mmpretrain and torchvision, and the transforms to use instead."""

LIBRARIES = ('mmcv', 'mmpretrain', 'torchvision')
MOVED = ('landmarks', 'landmarks5', 'face_box')
"""Fields of a sample that only the transforms of mmfer move with the image."""


def stock_geometry(steps: Sequence[Any]) -> list[str]:
    """The names of the geometric transforms of other libraries in a pipeline, also nested ones.

    Args:
        steps: Built transforms. A subclass has the name of its stock base class.
    """
    return list(dict.fromkeys(name for step in steps for name in _names(step)))


def refuse_stock_geometry(names: Sequence[str], sample: Mapping[str, Any]) -> None:
    """Check that no stock transform would make the landmarks or the box of a sample wrong.

    Args:
        names: The result of :func:`stock_geometry`.
        sample: The sample before the pipeline.

    Raises:
        ValueError: If there is such a transform, and the sample has landmarks or a box.
    """
    fields = [field for field in MOVED if field in sample]
    if names and fields:
        raise ValueError(
            f'{names[0]} moves the image, but not {" and ".join(fields)} of '
            f'"{sample.get("img_path", "an image")}", which would then be wrong. Use '
            f'{OURS[names[0]]} instead, or remove the annotations of the position (sidecar=False).'
        )


def _names(step: Any) -> Iterator[str]:
    if isinstance(step, list | tuple):
        for child in step:
            yield from _names(child)
        return
    kinds = [kind for kind in type(step).__mro__ if kind.__module__.split('.')[0] in LIBRARIES]
    stock = [kind.__name__ for kind in kinds if kind.__name__ in OURS]
    if stock:
        yield stock[0]
    elif kinds or hasattr(step, 'transforms'):
        for child in vars(step).values():
            yield from _names(child)
