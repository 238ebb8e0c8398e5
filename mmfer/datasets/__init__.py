"""Readers of expression data sets, as their owners hand them out, and transforms."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.datasets.base import ExpressionDataset
from mmfer.datasets.coco_expression import CocoExpression
from mmfer.datasets.expression_folder import ExpressionFolder
from mmfer.datasets.fg_emotions import FGEmotions
from mmfer.datasets.images import BrokenImageError
from mmfer.datasets.rafdb import RAFDB
from mmfer.datasets.transforms import (
    Cached,
    CropFace,
    LoadExpressionImage,
    PackExpression,
    RandomFaceAffine,
    RandomFaceFlip,
    ResizeFace,
)

__all__ = [
    'RAFDB',
    'BrokenImageError',
    'Cached',
    'CocoExpression',
    'CropFace',
    'ExpressionDataset',
    'ExpressionFolder',
    'FGEmotions',
    'LoadExpressionImage',
    'PackExpression',
    'RandomFaceAffine',
    'RandomFaceFlip',
    'ResizeFace',
]
