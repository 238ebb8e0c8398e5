"""The default detector and landmarker in onnxruntime."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmfer.faces.detection.cascade import Cascade
from mmfer.faces.detection.landmark_search import LandmarkSearch
from mmfer.faces.landmark_order import LANDMARKS
from mmfer.runtime.face_network_file import DEFAULTS, DETECTOR, LANDMARKER, FaceNetwork, Shape

PARTS = {
    'proposal': (12, ['proposal_faces', 'proposal_boxes']),
    'refinement': (24, ['refinement_faces', 'refinement_boxes']),
    'output': (48, ['output_faces', 'output_boxes', 'output_points']),
}
"""Input of each network of the detector, the side of its window in pixels, and its outputs."""
LANDMARKER_NAMES = ['images', 'points', 'scores']
"""Input and outputs of the landmarker."""


class OnnxDetector(Cascade):
    """Detects faces as :class:`mmfer.faces.MTCNN`, from a file of ``mmfer export detector``.

    Args:
        path: The file.
        min_face_size: As in MTCNN.
        thresholds: As in MTCNN.
        max_side: As in MTCNN.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is no such detector, or an option is out of range.

    Example:
        >>> faces = OnnxDetector('detector.onnx').detect(read_image('group.jpg'))
    """

    def __init__(
        self,
        path: str | Path,
        min_face_size: int = 24,
        thresholds: Sequence[float] = (0.6, 0.7, 0.8),
        max_side: int | None = 1280,
        threads: int = 0,
    ) -> None:
        super().__init__(min_face_size, thresholds, max_side)
        names = [*PARTS, *(name for _, outputs in PARTS.values() for name in outputs)]
        self.network = FaceNetwork(path, DETECTOR, DEFAULTS[DETECTOR], names, threads)

    def run_proposal(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        # A convolution, a pooling that keeps a last, partial window, and two convolutions.
        rows, columns = ((side - 1) // 2 - 4 for side in images.shape[1:3])
        probability, offsets = self._run('proposal', images, [(rows, columns), (4, rows, columns)])
        return probability, offsets

    def run_refinement(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets = self._run('refinement', images, [(), (4,)])
        return probability, offsets

    def run_output(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets, points = self._run('output', images, [(), (4,), (5, 2)])
        return probability, offsets, points

    def _run(self, part: str, images: np.ndarray, shapes: Sequence[Shape]) -> list[np.ndarray]:
        """The outputs of one network, with their shapes for an image; the others get no images."""
        inputs = {name: np.zeros((0, side, side, 3), np.uint8) for name, (side, _) in PARTS.items()}
        inputs[part] = images
        found = zip(PARTS[part][1], shapes, strict=True)
        return self.network.outputs({n: (len(images), *shape) for n, shape in found}, **inputs)


class OnnxLandmarker(LandmarkSearch):
    """Finds landmarks as :class:`mmfer.faces.FaceLandmarker`, from ``mmfer export landmarker``.

    Args:
        path: The file.
        threads: The number of threads; 0 takes all cores.
        mirror: As in :class:`mmfer.faces.FaceLandmarker`.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is no such landmarker.

    Example:
        >>> points, scores = OnnxLandmarker('landmarker.onnx').detect(image, boxes)
    """

    def __init__(self, path: str | Path, threads: int = 0, mirror: bool = False) -> None:
        super().__init__(mirror)
        name = DEFAULTS[LANDMARKER]
        self.network = FaceNetwork(path, LANDMARKER, name, LANDMARKER_NAMES, threads)

    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`LandmarkSearch`."""
        count = len(crops), LANDMARKS
        shapes = {'points': (*count, 2), 'scores': count}
        points, scores = self.network.outputs(shapes, images=crops)
        return points, scores
