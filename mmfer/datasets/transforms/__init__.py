"""Transforms of samples of expression data sets."""

from mmfer.datasets.transforms.align_face import AlignFace
from mmfer.datasets.transforms.cached import Cached
from mmfer.datasets.transforms.clips import LoadClip
from mmfer.datasets.transforms.derived_fields import GeometricTransform
from mmfer.datasets.transforms.face_box import JitterFaceBox
from mmfer.datasets.transforms.face_crops import FaceCrop, RandomFaceCrop
from mmfer.datasets.transforms.geometry import (
    CropFace,
    RandomFaceAffine,
    RandomFaceFlip,
    ResizeFace,
)
from mmfer.datasets.transforms.loading import LoadExpressionImage
from mmfer.datasets.transforms.motion import MotionInput
from mmfer.datasets.transforms.occluders import RandomOccluders
from mmfer.datasets.transforms.packing import PackExpression
from mmfer.datasets.transforms.photograph import RandomPhotograph
from mmfer.datasets.transforms.regions import CropRegions, LandmarkMask
from mmfer.datasets.transforms.sensor_noise import SensorNoise

__all__ = [
    'AlignFace',
    'Cached',
    'CropFace',
    'CropRegions',
    'FaceCrop',
    'GeometricTransform',
    'JitterFaceBox',
    'LandmarkMask',
    'LoadClip',
    'LoadExpressionImage',
    'MotionInput',
    'PackExpression',
    'RandomFaceAffine',
    'RandomFaceCrop',
    'RandomFaceFlip',
    'RandomOccluders',
    'RandomPhotograph',
    'ResizeFace',
    'SensorNoise',
]
