"""The search for the points of the face mesh in the crops of faces, whatever runs the network."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from mmfer.faces.alignment import warp
from mmfer.faces.detection.landmark_search import check_boxes
from mmfer.faces.image import check_image

CROP_SIZE, MESH_POINTS = 192, 468
BATCH = 16
CROP_SCALE, CROP_SHIFT = 1.24, 0.07
"""Side of the crop in longer sides of the box, and the shift of its center downwards.

MediaPipe crops 1.5 sides around BlazeFace's own box, from which our boxes differ by
:data:`mmfer.faces.detection.blaze_search.FRAME_SIDES` and ``FRAME_SHIFT``.
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


class MeshSearch(ABC):
    """Finds the points of a mesh in faces, and 68 points among them; a subclass runs the network.

    The meaning of points and scores is that of :class:`mmfer.faces.FaceMesh`.
    """

    @abstractmethod
    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Meshes and probabilities for crops.

        Args:
            crops: (N, 192, 192, 3) uint8 RGB.

        Returns:
            Points (N, 468, 3) in pixels of the crop, from its upper left corner, with z growing
            away from the viewer; and the probabilities (N,) that a crop holds a face.
        """

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

    def _run(
        self, image: np.ndarray, matrices: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Meshes in pixels of the image from crops, and the probabilities of a face."""
        points = np.zeros((len(matrices), MESH_POINTS, 3))
        faces = np.zeros(len(matrices))
        for start in range(0, len(matrices), BATCH):
            part = slice(start, start + BATCH)
            crops = np.stack([warp(image, matrix, CROP_SIZE) for matrix in matrices[part]])
            points[part], faces[part] = self.run_network(crops)
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
    linear = turn * CROP_SIZE / side
    return np.column_stack([linear, CROP_SIZE / 2 - linear @ center])


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
