"""Readers of expression data sets in their official layouts, and transforms."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import FaceDataset
from mmfer.datasets.files.class_matching import class_index
from mmfer.datasets.files.csv_files import csv_table
from mmfer.datasets.files.images import BrokenImageError, PackedImage, load_sample
from mmfer.datasets.readers.affectnet import AffectNet
from mmfer.datasets.readers.casme2 import CASME2
from mmfer.datasets.readers.celeba import CelebA
from mmfer.datasets.readers.coco_expression import CocoExpression
from mmfer.datasets.readers.expression_folder import ExpressionFolder
from mmfer.datasets.readers.expression_shards import ExpressionShards
from mmfer.datasets.readers.fer2013 import FER2013
from mmfer.datasets.readers.ferplus import FERPlus
from mmfer.datasets.readers.fg_emotions import FGEmotions
from mmfer.datasets.readers.ifer import IFER
from mmfer.datasets.readers.micro_expressions import CASME3, MMEW, SAMM, SMIC, CASMESquared
from mmfer.datasets.readers.msceleb import MSCeleb1M
from mmfer.datasets.readers.photographs import Photographs
from mmfer.datasets.readers.rafdb import RAFDB
from mmfer.datasets.samplers import ClassBalancedSampler
from mmfer.datasets.transforms import (
    AlignFace,
    Cached,
    CropFace,
    CropRegions,
    FaceCrop,
    GeometricTransform,
    JitterFaceBox,
    LandmarkMask,
    LoadClip,
    LoadExpressionImage,
    MotionInput,
    PackExpression,
    RandomFaceAffine,
    RandomFaceCrop,
    RandomFaceFlip,
    RandomOccluders,
    RandomPhotograph,
    ResizeFace,
    SensorNoise,
)
from mmfer.faces.image_folder import list_images

__all__ = [
    'AffectNet',
    'AlignFace',
    'BrokenImageError',
    'CASME2',
    'CASME3',
    'CASMESquared',
    'Cached',
    'CelebA',
    'ClassBalancedSampler',
    'CocoExpression',
    'CropFace',
    'CropRegions',
    'ExpressionDataset',
    'ExpressionFolder',
    'ExpressionShards',
    'FER2013',
    'FERPlus',
    'FGEmotions',
    'FaceCrop',
    'FaceDataset',
    'GeometricTransform',
    'IFER',
    'JitterFaceBox',
    'LandmarkMask',
    'LoadClip',
    'LoadExpressionImage',
    'MMEW',
    'MSCeleb1M',
    'MotionInput',
    'PackExpression',
    'PackedImage',
    'Photographs',
    'RAFDB',
    'RandomFaceAffine',
    'RandomFaceCrop',
    'RandomFaceFlip',
    'RandomOccluders',
    'RandomPhotograph',
    'ResizeFace',
    'SAMM',
    'SMIC',
    'SensorNoise',
    'class_index',
    'csv_table',
    'list_images',
    'load_sample',
]
