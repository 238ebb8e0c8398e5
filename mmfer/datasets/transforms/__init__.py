"""Transforms of samples of expression data sets."""

from mmfer.datasets.transforms.cached import Cached
from mmfer.datasets.transforms.geometry import (
    CropFace,
    RandomFaceAffine,
    RandomFaceFlip,
    ResizeFace,
)
from mmfer.datasets.transforms.loading import LoadExpressionImage
from mmfer.datasets.transforms.packing import PackExpression

__all__ = [
    'Cached',
    'CropFace',
    'LoadExpressionImage',
    'PackExpression',
    'RandomFaceAffine',
    'RandomFaceFlip',
    'ResizeFace',
]
