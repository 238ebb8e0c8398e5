"""The truth about each frame of a clip, in the format of a face sidecar."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mmfer.synthetic.render.clip_renderer import Frame


def frame_annotation(number: int, frame: Frame) -> dict[str, Any]:
    """The annotation of the face in a frame."""
    points = np.concatenate([frame.landmarks, frame.visible[:, None]], 1)
    x1, y1, x2, y2 = frame.box
    return {
        'frame': number,
        'bbox': [round(v, 2) for v in (x1, y1, x2 - x1, y2 - y1)],
        'keypoints': [round(float(v), 3) for v in points.ravel()],
    }


def faces_sidecar(
    faces: Mapping[str, Mapping[str, Any]], width: int, height: int
) -> dict[str, Any]:
    """The sidecar of frames, see :mod:`mmfer.faces.sidecar`.

    ``faces`` maps the path of each frame to its :func:`frame_annotation`. Frames are not face
    crops, so the sidecar has no alignment.
    """
    return {
        'images': [
            {'id': i, 'file_name': path, 'width': width, 'height': height}
            for i, path in enumerate(faces, 1)
        ],
        'annotations': [
            {
                'id': i,
                'image_id': i,
                'category_id': 1,
                'bbox': face['bbox'],
                'area': round(face['bbox'][2] * face['bbox'][3], 2),
                'iscrowd': 0,
                'score': 1.0,
                'keypoints': face['keypoints'],
                'num_keypoints': len(face['keypoints']) // 3,
            }
            for i, face in enumerate(faces.values(), 1)
        ],
        'categories': [{'id': 1, 'name': 'face', 'supercategory': 'person'}],
        'alignment': None,
    }
