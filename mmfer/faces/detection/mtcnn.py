"""The MTCNN face detector."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from mmfer.faces.boxes import non_maximum_suppression, square_boxes
from mmfer.faces.detection.mtcnn_networks import ONet, PNet, RNet
from mmfer.faces.face import Face
from mmfer.faces.image import check_image

WEIGHTS = Path(__file__).parents[1] / 'assets' / 'mtcnn.npz'
WINDOW, STRIDE = 12, 2
GREY = (127, 127, 127)
PYRAMID_STEP = 0.709
"""Ratio of adjacent scales, the square root of 1/2: the area halves from scale to scale."""


class MTCNN(nn.Module):
    """Detects faces and their five points by a cascade of three networks.

    Zhang, Zhang, Li and Qiao, "Joint face detection and alignment using multitask cascaded
    convolutional networks", IEEE Signal Processing Letters 23 (2016). The weights come from the
    PyPI package ``mtcnn`` 1.0.0 (MIT license).

    Args:
        min_face_size: Side in pixels of the smallest face to detect, at least 12. Half the size
            takes about four times as long.
        thresholds: Smallest probabilities of the proposal, refinement and output network.
        max_side: Larger images are shrunk to this longer side for detection, and their faces shrink
            too; None never shrinks. Boxes are always in pixels of the original image.

    Raises:
        ValueError: If an option is out of range.

    Example:
        >>> from mmfer.faces import MTCNN, read_image
        >>> for face in MTCNN(min_face_size=40).detect(read_image('group.jpg')):
        ...     print(face.bbox, face.score, face.landmarks)
    """

    def __init__(
        self,
        min_face_size: int = 24,
        thresholds: Sequence[float] = (0.6, 0.7, 0.8),
        max_side: int | None = 1280,
    ) -> None:
        super().__init__()
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
        self.pnet, self.rnet, self.onet = PNet(), RNet(), ONet()
        with np.load(WEIGHTS, allow_pickle=False) as arrays:
            self.load_state_dict({name: torch.from_numpy(arrays[name]) for name in arrays.files})
        self.eval()

    def detect(self, image: np.ndarray) -> list[Face]:
        """Detect the faces in an image (H, W, 3) uint8 RGB of any size, best first.

        Raises:
            ValueError: If the array is not such an image.
        """
        check_image(image)
        longest = max(image.shape[:2])
        shrink = min(1.0, (self.max_side or longest) / longest)
        small = _resize(image, shrink)
        with torch.inference_mode():
            boxes = self._propose(small)
            boxes = self._refine(small, boxes)
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
        with torch.inference_mode():
            probability, _, _ = self.onet(self._normalize(crops))
        return probability.double().cpu().numpy()

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
        with torch.inference_mode():
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
            probability, offsets = self.pnet(self._normalize(_resize(image, scale)[None]))
            rows, columns = torch.nonzero(probability[0] > self.thresholds[0], as_tuple=True)
            scores = probability[0, rows, columns].double().cpu().numpy()
            corner = torch.stack([columns, rows], 1).double().cpu().numpy() * STRIDE
            boxes = np.concatenate([corner, corner + WINDOW], axis=1)
            boxes += WINDOW * offsets[0, :, rows, columns].T.double().cpu().numpy()
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
        probability, offsets = self.rnet(self._normalize(_crops(image, boxes, 24)))
        scores = probability.double().cpu().numpy()
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
        probability, offsets, parts = self.onet(self._normalize(_crops(image, boxes, 48)))
        scores = probability.double().cpu().numpy()
        side = (boxes[:, 2:] - boxes[:, :2])[:, None]
        points = boxes[:, None, :2] + parts.double().cpu().numpy() * side
        return _move(boxes, offsets), scores, points

    def _normalize(self, images: np.ndarray) -> torch.Tensor:
        """Convert images (N, H, W, 3) uint8 to the input of the networks."""
        x = torch.from_numpy(images).to(self.pnet.box.weight.device)
        return (x.permute(0, 3, 1, 2).float() - 127.5) / 128


def _resize(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return image
    size = tuple(max(1, round(side * scale)) for side in image.shape[1::-1])
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _move(boxes: np.ndarray, offsets: torch.Tensor) -> np.ndarray:
    return boxes + offsets.double().cpu().numpy() * np.tile(boxes[:, 2:] - boxes[:, :2], 2)


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
