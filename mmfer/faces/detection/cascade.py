"""The search for faces by the three networks of MTCNN, whatever runs the networks."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import cv2
import numpy as np

from mmfer.faces.boxes import non_maximum_suppression, square_boxes
from mmfer.faces.face import Face
from mmfer.faces.image import check_image
from mmfer.faces.resizing import scale_image

WINDOW, STRIDE = 12, 2
GREY = (127, 127, 127)
PYRAMID_STEP = 0.709
"""Ratio of adjacent scales, the square root of 1/2: the area halves from scale to scale."""


class Cascade(ABC):
    """Detects faces and their five points; a subclass runs the networks.

    The networks take images (N, H, W, 3) uint8 RGB and return arrays of floats.

    The options and their errors are those of :class:`mmfer.faces.MTCNN`.
    """

    def __init__(
        self,
        min_face_size: int = 24,
        thresholds: Sequence[float] = (0.6, 0.7, 0.8),
        max_side: int | None = 1280,
    ) -> None:
        if min_face_size < WINDOW:
            raise ValueError(
                f'min_face_size={min_face_size}: MTCNN detects no face below {WINDOW} pixels. '
                f'Give {WINDOW} or more, or enlarge the image.'
            )
        if len(thresholds) != 3 or not all(0 < t < 1 for t in thresholds):
            raise ValueError(
                f'thresholds={tuple(thresholds)}. Give three numbers between 0 and 1, for the '
                'proposal, refinement and output network.'
            )
        if max_side is not None and max_side < min_face_size:
            raise ValueError(
                f'max_side={max_side} is below min_face_size={min_face_size}, so no face can be '
                'detected. Give a longer side, or None.'
            )
        self.min_face_size = min_face_size
        self.thresholds = tuple(thresholds)
        self.max_side = max_side

    @abstractmethod
    def run_proposal(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (N, h, w) and offsets (N, 4, h, w), see :class:`PNet`."""

    @abstractmethod
    def run_refinement(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (N,) and offsets (N, 4) for images of 24 px, see :class:`RNet`."""

    @abstractmethod
    def run_output(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probabilities (N,), offsets (N, 4) and points (N, 5, 2) for 48 px, see :class:`ONet`."""

    def detect(self, image: np.ndarray) -> list[Face]:
        """Detect the faces in an image (H, W, 3) uint8 RGB of any size, best first.

        Raises:
            ValueError: If the array is not such an image.
        """
        check_image(image)
        longest = max(image.shape[:2])
        shrink = min(1.0, (self.max_side or longest) / longest)
        small = scale_image(image, shrink)
        boxes = self._refine(small, self._propose(small))
        boxes, scores, points = self._output(small, boxes)
        # Both sides are rounded to pixels, so their ratios differ a little.
        ratio = np.array(image.shape[1::-1]) / small.shape[1::-1]
        return [
            Face(box * np.tile(ratio, 2), float(score), five * ratio)
            for box, score, five in zip(boxes, scores, points, strict=True)
        ]

    def presence(self, image: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """The probability that boxes hold a face, from the output network alone.

        The probability hardly depends on the exact position of a box: a box moved by a quarter of
        its side still holds the face.

        Args:
            image: (H, W, 3) uint8 RGB.
            boxes: (N, 4) x1, y1, x2, y2 in pixels; boxes may extend beyond the image.

        Returns:
            (N,) float64, 0 to 1.

        Raises:
            ValueError: If the array is not such an image.
        """
        check_image(image)
        if not len(boxes):
            return np.zeros(0)
        crops = _crops(image, square_boxes(np.asarray(boxes, dtype=np.float64)), 48)
        return self.run_output(crops)[0].astype(np.float64)

    def follow(self, image: np.ndarray, boxes: np.ndarray) -> list[Face]:
        """Find faces again near their boxes in an earlier frame, by the output network alone.

        This takes a few milliseconds, where :meth:`detect` searches the whole image.

        Args:
            image: (H, W, 3) uint8 RGB.
            boxes: (N, 4) x1, y1, x2, y2 in pixels; boxes may extend beyond the image.

        Returns:
            A face for each box, in order, whose score says whether it is one.

        Raises:
            ValueError: If the array is not such an image.
        """
        check_image(image)
        if not len(boxes):
            return []
        moved, scores, points = self._locate(image, square_boxes(np.asarray(boxes, float)))
        return [
            Face(box, float(score), five)
            for box, score, five in zip(moved, scores, points, strict=True)
        ]

    def _propose(self, image: np.ndarray) -> np.ndarray:
        """Square boxes (N, 4) from the proposal network."""
        found, found_scores = [np.zeros((0, 4))], [np.zeros(0)]
        scale = WINDOW / self.min_face_size
        while min(image.shape[:2]) * scale >= WINDOW:
            probability, offsets = self.run_proposal(scale_image(image, scale)[None])
            rows, columns = np.nonzero(probability[0] > self.thresholds[0])
            scores = probability[0, rows, columns].astype(np.float64)
            corner = np.stack([columns, rows], axis=1) * float(STRIDE)
            boxes = np.concatenate([corner, corner + WINDOW], axis=1)
            boxes += WINDOW * offsets[0, :, rows, columns].astype(np.float64)
            keep = non_maximum_suppression(boxes, scores, 0.5)
            found.append(boxes[keep] / scale)
            found_scores.append(scores[keep])
            scale *= PYRAMID_STEP
        boxes, scores = np.concatenate(found), np.concatenate(found_scores)
        return square_boxes(boxes[non_maximum_suppression(boxes, scores, 0.7)])

    def _refine(self, image: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """The square boxes (N, 4) that the refinement network confirms, with its offsets."""
        if not len(boxes):
            return boxes
        probability, offsets = self.run_refinement(_crops(image, boxes, 24))
        scores = probability.astype(np.float64)
        good = scores > self.thresholds[1]
        boxes, scores = _move(boxes, offsets)[good], scores[good]
        return square_boxes(boxes[non_maximum_suppression(boxes, scores, 0.7)])

    def _output(
        self, image: np.ndarray, boxes: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Boxes (N, 4), scores (N,) and points (N, 5, 2) of the faces."""
        if not len(boxes):
            return boxes, np.zeros(0), np.zeros((0, 5, 2))
        boxes, scores, points = self._locate(image, boxes)
        good = np.flatnonzero(scores > self.thresholds[2])
        keep = good[non_maximum_suppression(boxes[good], scores[good], 0.7, over='smaller')]
        return boxes[keep], scores[keep], points[keep]

    def _locate(
        self, image: np.ndarray, boxes: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The output network in square boxes: boxes (N, 4), scores (N,) and points (N, 5, 2)."""
        probability, offsets, parts = self.run_output(_crops(image, boxes, 48))
        scores = probability.astype(np.float64)
        side = (boxes[:, 2:] - boxes[:, :2])[:, None]
        points = boxes[:, None, :2] + parts * side
        return _move(boxes, offsets), scores, points


def _move(boxes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    return boxes + offsets * np.tile(boxes[:, 2:] - boxes[:, :2], 2)


def _crops(image: np.ndarray, boxes: np.ndarray, side: int) -> np.ndarray:
    """Crops (N, side, side, 3) of the square boxes (N, 4); grey beyond the image border."""
    crops = np.full((len(boxes), side, side, 3), GREY[0], dtype=np.uint8)
    height, width = image.shape[:2]
    for crop, (x1, y1, x2, y2) in zip(crops, np.rint(boxes).astype(int), strict=True):
        inside = image[max(y1, 0) : min(y2, height), max(x1, 0) : min(x2, width)]
        if not inside.size:
            continue
        padding = max(-y1, 0), max(y2 - height, 0), max(-x1, 0), max(x2 - width, 0)
        if any(padding):
            inside = cv2.copyMakeBorder(inside, *padding, cv2.BORDER_CONSTANT, value=GREY)
        method = cv2.INTER_AREA if inside.shape[0] > side else cv2.INTER_LINEAR
        crop[:] = cv2.resize(inside, (side, side), interpolation=method)
    return crops
