"""The search for landmarks in the crops of faces, whatever runs the network."""

from abc import ABC, abstractmethod

import numpy as np

from mmfer.faces.alignment import warp
from mmfer.faces.image import check_image
from mmfer.faces.landmark_order import LANDMARKS, MIRRORED_68

CROP_SIZE = 112
CROP_MARGIN = 0.1
"""Border of the crop on each side, as a share of the longer side of the face box."""
BATCH = 16


class LandmarkSearch(ABC):
    """Finds the 68 points of iBUG 300-W in faces; a subclass runs the network.

    Args:
        mirror: Whether results are averaged over each crop and its mirror image, which takes twice
            as long.
    """

    def __init__(self, mirror: bool = False) -> None:
        self.mirror = mirror

    @abstractmethod
    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points and probabilities for crops.

        Args:
            crops: (N, 112, 112, 3) uint8 RGB.

        Returns:
            Points (N, 68, 2) as x, y relative to the crop, 0 to 1; and the probabilities (N, 68)
            that they are visible.
        """

    def detect(self, image: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the landmarks of the faces in an image.

        Args:
            image: (H, W, 3) uint8, RGB.
            boxes: (N, 4) x1, y1, x2, y2 in pixels, from the hairline to the chin as given by
                :class:`MTCNN`. Boxes may extend beyond the image.

        Returns:
            Points (N, 68, 2) float32, x and y in pixels of the image with (0, 0) at the center of
            the first pixel, including points that are hidden or outside the image; and the
            probabilities (N, 68) float32 that the points are visible.

        Raises:
            ValueError: If the image has a wrong shape or type, or a box has no area.
        """
        check_image(image)
        boxes = check_boxes(boxes)
        points = np.zeros((len(boxes), LANDMARKS, 2), np.float32)
        scores = np.zeros((len(boxes), LANDMARKS), np.float32)
        matrices = [crop_matrix(box) for box in boxes]
        for start in range(0, len(boxes), BATCH):
            part = slice(start, start + BATCH)
            crops = np.stack([warp(image, matrix, CROP_SIZE) for matrix in matrices[part]])
            found, scores[part] = self._run(crops)
            for row, pixels, matrix in zip(points[part], found, matrices[part], strict=True):
                # The matrix's origin is the image corner, that of points the first pixel's center.
                row[:] = (pixels + 0.5 - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T - 0.5
        return points, scores

    def _run(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points in pixels of the crops (N, S, S, 3), and their scores."""
        if not self.mirror:
            return self._in_pixels(crops)
        points, scores = self._in_pixels(np.concatenate([crops, crops[:, :, ::-1]]))
        plain, mirrored = np.split(points, 2)
        mirrored[..., 0] = CROP_SIZE - 1 - mirrored[..., 0]
        plain_scores, mirrored_scores = np.split(scores, 2)
        return (
            (plain + mirrored[:, MIRRORED_68]) / 2,
            (plain_scores + mirrored_scores[:, MIRRORED_68]) / 2,
        )

    def _in_pixels(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points, scores = self.run_network(crops)
        return points.astype(np.float64) * CROP_SIZE - 0.5, scores


def crop_matrix(box: np.ndarray) -> np.ndarray:
    """The matrix (2, 3) from the image to the square crop around a box, with corners as origins."""
    low, high = box.reshape(2, 2)
    scale = CROP_SIZE / ((high - low).max() * (1 + 2 * CROP_MARGIN))
    x, y = CROP_SIZE / 2 - scale * (low + high) / 2
    return np.array([[scale, 0, x], [0, scale, y]])


def check_boxes(boxes: np.ndarray) -> np.ndarray:
    """The boxes (N, 4) as float64.

    Raises:
        ValueError: If the boxes have another shape, or a box is not finite or has no area.
    """
    array = np.asarray(boxes, dtype=np.float64)
    if array.size == 0:
        return array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(
            f'The boxes have the shape {array.shape}. Give (N, 4), one row x1, y1, x2, y2 for each '
            'face.'
        )
    good = np.isfinite(array).all(axis=1) & (array[:, 2:] > array[:, :2]).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise ValueError(
            f'boxes[{row}] is {array[row].tolist()}, but must be x1, y1, x2, y2 with x1 < x2 and '
            'y1 < y2. Remove or correct this box.'
        )
    return array
