"""From photographs to aligned faces: detection, landmarks, alignment and sidecars.

Names that need PyTorch, and those of clips, are imported on first use.
"""

from typing import TYPE_CHECKING

from mmfer.checks import opencv_check  # noqa: F401  (before OpenCV)
from mmfer.faces.alignment import (
    Alignment,
    BoxAlignment,
    FivePointAlignment,
    align_face,
    build_alignment,
    similarity_transform,
)
from mmfer.faces.face import KEYPOINT_NAMES, LANDMARK_NAMES, Face
from mmfer.faces.image import IMAGE_SUFFIXES, read_image
from mmfer.faces.landmark_mask import (
    ATTENDED,
    FaceRegion,
    eye_region,
    landmark_mask,
    mouth_region,
)
from mmfer.faces.sidecar import ImageFaces, read_sidecar, write_sidecar
from mmfer.lazy_names import lazy_names

if TYPE_CHECKING:
    from mmfer.faces.clips.apex_curve import apex_curve
    from mmfer.faces.clips.apex_regions import REGION_NAMES, apex_regions
    from mmfer.faces.clips.apex_result import ApexResult
    from mmfer.faces.clips.apex_spotter import ApexSpotter
    from mmfer.faces.clips.clip import Clip, open_clip
    from mmfer.faces.clips.clip_landmarks import SidecarLandmarks
    from mmfer.faces.clips.interval_spotter import IntervalSpotter, SpottedIntervals
    from mmfer.faces.clips.intervals import IntervalOptions, frame_limits
    from mmfer.faces.clips.sensor_noise import NoisyClip, add_sensor_noise
    from mmfer.faces.detection.blaze_face import BlazeFace
    from mmfer.faces.detection.face_mesh import FaceMesh
    from mmfer.faces.detection.landmarker import FaceLandmarker
    from mmfer.faces.detection.mtcnn import MTCNN

__all__ = [
    'ATTENDED',
    'IMAGE_SUFFIXES',
    'KEYPOINT_NAMES',
    'LANDMARK_NAMES',
    'MTCNN',
    'Alignment',
    'BlazeFace',
    'BoxAlignment',
    'Face',
    'FaceLandmarker',
    'FaceMesh',
    'FaceRegion',
    'FivePointAlignment',
    'ImageFaces',
    'align_face',
    'build_alignment',
    'eye_region',
    'landmark_mask',
    'mouth_region',
    'read_image',
    'read_sidecar',
    'similarity_transform',
    'write_sidecar',
    'apex_curve',
    'REGION_NAMES',
    'apex_regions',
    'ApexResult',
    'ApexSpotter',
    'Clip',
    'open_clip',
    'SidecarLandmarks',
    'IntervalSpotter',
    'SpottedIntervals',
    'IntervalOptions',
    'frame_limits',
    'NoisyClip',
    'add_sensor_noise',
]
__getattr__ = lazy_names(
    __name__,
    {
        'BlazeFace': 'detection.blaze_face',
        'FaceMesh': 'detection.face_mesh',
        'FaceLandmarker': 'detection.landmarker',
        'MTCNN': 'detection.mtcnn',
        'apex_curve': 'clips.apex_curve',
        'REGION_NAMES': 'clips.apex_regions',
        'apex_regions': 'clips.apex_regions',
        'ApexResult': 'clips.apex_result',
        'ApexSpotter': 'clips.apex_spotter',
        'Clip': 'clips.clip',
        'open_clip': 'clips.clip',
        'SidecarLandmarks': 'clips.clip_landmarks',
        'IntervalSpotter': 'clips.interval_spotter',
        'SpottedIntervals': 'clips.interval_spotter',
        'IntervalOptions': 'clips.intervals',
        'frame_limits': 'clips.intervals',
        'NoisyClip': 'clips.sensor_noise',
        'add_sensor_noise': 'clips.sensor_noise',
    },
)
