"""The search for faces by the network of BlazeFace, whatever runs the network."""

from abc import ABC, abstractmethod

import cv2
import numpy as np

from mmfer.faces.boxes import box_overlap, square_boxes
from mmfer.faces.face import Face
from mmfer.faces.image import check_image

IMAGE_SIZE, PROPOSALS, POINTS = 128, 896, 6
"""The side in pixels of the image that the network sees, its proposals, and the points of each."""
THRESHOLD = 0.5
SAME_FACE = 0.3
"""Smallest intersection over union of two proposals of one face."""
FRAME_SIDES, FRAME_SHIFT = np.array([0.91, 1.21]), np.array([-0.02, -0.083])
"""Sides and shift (x, y) of MTCNN's box in sides of the network's box.

Medians over faces that both detectors find; ``docs/faces.md`` has the spread.
"""
MOUTH = 0.84
"""Width of the mouth as a share of the distance of the eyes, the median of MTCNN's points."""
SURROUNDINGS = 2.0
"""Side of the crop in which :meth:`BlazeSearch.presence` looks, in sides of the box."""


class BlazeSearch(ABC):
    """Detects faces and their five points; a subclass runs the network.

    The options and their errors are those of :class:`mmfer.faces.BlazeFace`.
    """

    borders = (0.0,)
    """It finds faces that fill the image without a border; with one, it finds false faces."""

    def __init__(self, threshold: float = THRESHOLD, min_face_size: int = 1) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f'threshold={threshold}. Give a number between 0 and 1.')
        if min_face_size < 1:
            raise ValueError(f'min_face_size={min_face_size}. Give 1 pixel or more.')
        self.threshold, self.min_face_size = threshold, min_face_size

    @abstractmethod
    def run_network(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Proposals of faces.

        Args:
            images: (N, 128, 128, 3) uint8 RGB.

        Returns:
            Probabilities (N, 896), boxes (N, 896, 4) x1, y1, x2, y2, and points (N, 896, 6, 2): the
            eyes, the nose tip, the center of the mouth and a point at each ear. Boxes and points
            are shares of the side of the image.
        """

    def detect(self, image: np.ndarray) -> list[Face]:
        """Detect the faces in an image (H, W, 3) uint8 RGB of any size, best first.

        Raises:
            ValueError: If the array is not such an image.
        """
        check_image(image)
        small, ratio, corner = self._shrink(image)
        scores, found = self._propose(small[None])
        good = scores[0] >= self.threshold
        faces = []
        for score, values in _merged(scores[0, good], found[0, good]):
            values = (values * IMAGE_SIZE - corner) * ratio
            box = framed_box(values)
            if np.sqrt((box[2:] - box[:2]).prod()) >= self.min_face_size:
                faces.append(Face(box, score, five_points(values[2:])))
        return faces

    def presence(self, image: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """The probability that boxes hold a face, with the contract of ``MTCNN.presence``.

        This is the best score of a face that BlazeFace finds at the place of a box.

        Raises:
            ValueError: If the array is not an image.
        """
        check_image(image)
        if not len(boxes):
            return np.zeros(0)
        squares = square_boxes(np.asarray(boxes, dtype=np.float64))
        sides = SURROUNDINGS * (squares[:, 2:] - squares[:, :2])
        corners = (squares[:, :2] + squares[:, 2:] - sides) / 2
        crops = np.stack([self._crop(image, c, s[0]) for c, s in zip(corners, sides, strict=True)])
        scores, found = self._propose(crops)
        best = np.zeros(len(boxes))
        for row, (square, corner, side) in enumerate(zip(squares, corners, sides, strict=True)):
            framed = np.stack([framed_box(values * side + corner) for values in found[row]])
            best[row] = scores[row][box_overlap(square, framed) >= SAME_FACE].max(initial=0)
        return best

    def _propose(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (N, 896), and corners and six points (N, 896, 8, 2), all in float64."""
        scores, boxes, points = self.run_network(images)
        corners = boxes.reshape(*boxes.shape[:2], 2, 2)
        values = np.concatenate([corners, points], axis=2)
        return scores.astype(np.float64), values.astype(np.float64)

    def _shrink(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The image in a square, its pixels per pixel of the square, and its corner there."""
        scale = IMAGE_SIZE / max(image.shape[:2])
        shape = [max(1, round(side * scale)) for side in image.shape[1::-1]]
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = cv2.resize(image, shape, interpolation=method)
        square = np.zeros((IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)
        x, y = ((IMAGE_SIZE - side) // 2 for side in shape)
        square[y : y + shape[1], x : x + shape[0]] = resized
        return square, np.array(image.shape[1::-1]) / shape, np.array([x, y])

    def _crop(self, image: np.ndarray, corner: np.ndarray, side: float) -> np.ndarray:
        """A square of the image, resized for the network; black outside of the image."""
        (x1, y1), whole = np.rint(corner).astype(int), max(1, round(side))
        height, width = image.shape[:2]
        inside = image[max(y1, 0) : max(y1 + whole, 0), max(x1, 0) : max(x1 + whole, 0)]
        square = np.zeros((whole, whole, 3), np.uint8)
        top, left = max(-y1, 0), max(-x1, 0)
        square[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
        return cv2.resize(square, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_AREA)


def framed_box(values: np.ndarray) -> np.ndarray:
    """The box (4,) as :class:`MTCNN` frames it, from the corners (2, 2) of the network's box."""
    corner, opposite = values[:2]
    side = opposite - corner
    center = (corner + opposite) / 2 + side * FRAME_SHIFT
    half = side * FRAME_SIDES / 2
    return np.concatenate([center - half, center + half])


def five_points(six: np.ndarray) -> np.ndarray:
    """The five points (5, 2) of a face from the network's six: eyes, nose, mouth, ears."""
    left, right, nose, mouth = six[:4]
    half = (right - left) * MOUTH / 2
    return np.stack([left, right, nose, mouth - half, mouth + half])


def _merged(scores: np.ndarray, values: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """One proposal for each face, the mean of its proposals weighted by the scores; best first."""
    boxes = values[:, :2].reshape(-1, 4)
    rest = np.argsort(-scores, kind='stable')
    faces = []
    while rest.size:
        same = box_overlap(boxes[rest[0]], boxes[rest]) >= SAME_FACE
        same[0] = True
        group = rest[same]
        mean = np.average(values[group], axis=0, weights=scores[group])
        faces.append((float(scores[rest[0]]), mean))
        rest = rest[~same]
    return faces
