"""68 landmarks of faces, each with a confidence."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mmfer.device import usable_device
from mmfer.faces.alignment import warp
from mmfer.faces.detection.landmark_network import (
    CROP_MARGIN,
    CROP_SIZE,
    PIXEL_MEAN,
    PIXEL_STD,
    LandmarkNetwork,
)
from mmfer.faces.image import check_image
from mmfer.faces.landmark_order import LANDMARKS, MIRRORED_68

WEIGHTS = Path(__file__).parents[1] / 'assets' / 'landmarker.npz'
BATCH = 16


class FaceLandmarker:
    """Finds the 68 points of iBUG 300-W in faces, with the probability that each is visible.

    The network (:class:`LandmarkNetwork`) was trained only on renderings of this package
    (``configs/landmarker/``), whose points and occluders are known exactly.

    Args:
        weights: An ``.npz`` file written by ``tools/misc/convert_landmarker_weights.py``; None uses
            the weights shipped with mmfer.
        device: Device of the network, such as ``'cpu'`` or ``'cuda'``.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file does not hold weights of this network.

    Example:
        >>> from mmfer.faces import MTCNN, FaceLandmarker, read_image
        >>> image = read_image('group.jpg')
        >>> faces = MTCNN().detect(image)
        >>> boxes = np.array([face.bbox for face in faces]).reshape(-1, 4)
        >>> points, scores = FaceLandmarker().detect(image, boxes)
        >>> points.shape, scores.shape
        ((3, 68, 2), (3, 68))
    """

    def __init__(self, weights: str | Path | None = None, device: str = 'cpu') -> None:
        self.network = LandmarkNetwork()
        self.network.load_state_dict(read_weights(weights or WEIGHTS, self.network.state_dict()))
        self.network.eval().to(usable_device(device))
        self.device = device

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
        """Points in pixels of the crops (N, S, S, 3), and their scores.

        Results are averaged over each crop and its mirror image, which lowers the error.
        """
        points, scores = self._forward(np.concatenate([crops, crops[:, :, ::-1]]))
        plain, mirrored = np.split(points, 2)
        mirrored[..., 0] = CROP_SIZE - 1 - mirrored[..., 0]
        plain_scores, mirrored_scores = np.split(scores, 2)
        return (
            (plain + mirrored[:, MIRRORED_68]) / 2,
            (plain_scores + mirrored_scores[:, MIRRORED_68]) / 2,
        )

    @torch.inference_mode()
    def _forward(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = torch.from_numpy(crops).to(self.device).permute(0, 3, 1, 2)
        points, logits, _ = self.network((x.float() - PIXEL_MEAN) / PIXEL_STD)
        pixels = points.double() * CROP_SIZE - 0.5
        return pixels.cpu().numpy(), logits.sigmoid().cpu().numpy()


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


def read_weights(path: str | Path, expected: dict[str, Tensor]) -> dict[str, Tensor]:
    """Read weights from an ``.npz`` file and check their names and shapes against a network.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not an ``.npz`` file, or holds other arrays.
    """
    advice = 'Write it with tools/misc/convert_landmarker_weights.py.'
    if not Path(path).is_file():
        raise FileNotFoundError(f'No weights at "{path}". {advice}')
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except Exception as error:  # reading a damaged file may raise any error
        raise ValueError(f'"{path}" is not an .npz file of arrays: {error}. {advice}') from error
    if arrays.keys() != expected.keys():
        odd = sorted(arrays.keys() ^ expected.keys())
        raise ValueError(
            f'"{path}" holds weights of another network: {len(odd)} names differ, such as '
            f'{odd[0]}. {advice}'
        )
    for name, array in arrays.items():
        shape = tuple(expected[name].shape)
        if array.shape != shape or array.dtype.kind not in 'fiu' or not np.isfinite(array).all():
            raise ValueError(
                f'"{path}": {name} is {array.dtype} of shape {array.shape}, not finite numbers of '
                f'shape {shape}. {advice}'
            )
    return {name: torch.from_numpy(a).to(expected[name].dtype) for name, a in arrays.items()}
