"""The detector and the landmarker in onnxruntime."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.faces.detection.cascade import Cascade
from mmfer.faces.detection.landmark_search import LandmarkSearch
from mmfer.runtime.onnx_network import EXPORT_AGAIN, OnnxNetwork, read_content

DETECTOR, LANDMARKER = 'detector', 'landmarker'
"""The kinds of files, as in ``mmfer export detector``."""
PARTS = {
    'proposal': (12, ['proposal_faces', 'proposal_boxes']),
    'refinement': (24, ['refinement_faces', 'refinement_boxes']),
    'output': (48, ['output_faces', 'output_boxes', 'output_points']),
}
"""Input of each network of the detector, the side of its window in pixels, and its outputs."""
FORMAT = 1
"""The number of the form of these files."""


def read_network(path: str | Path, kind: str, threads: int = 0) -> OnnxNetwork:
    """A detector or a landmarker from the file that ``mmfer export`` wrote.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is damaged, not safe, or of another kind.
    """
    network = OnnxNetwork(read_content(path), str(path), threads)
    found = [_json(network.metadata.get(name, 'null')) for name in ('kind', 'format')]
    if found != [kind, FORMAT]:
        raise ValueError(
            f'"{path}" is no {kind} that this version of mmfer reads. Write one with "mmfer export '
            f'{kind} --out {kind}.onnx".'
        )
    names = _detector_names() if kind == DETECTOR else ['images', 'points', 'scores']
    if network.names != names:
        raise ValueError(f'"{path}" has other inputs or outputs than a {kind}. {EXPORT_AGAIN}')
    return network


def _detector_names() -> list[str]:
    return [*PARTS, *(name for _, outputs in PARTS.values() for name in outputs)]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def as_input(images: np.ndarray) -> np.ndarray:
    """Images (N, H, W, 3) uint8 as (N, 3, H, W) float32."""
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2), dtype=np.float32)


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
        ValueError: If the file is no detector, or an option is out of range.

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
        self.network = read_network(path, DETECTOR, threads)

    def run_proposal(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets = self._run('proposal', images)
        return probability, offsets

    def run_refinement(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets = self._run('refinement', images)
        return probability, offsets

    def run_output(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets, points = self._run('output', images)
        return probability, offsets, points

    def _run(self, part: str, images: np.ndarray) -> list[np.ndarray]:
        """The outputs of one network; the others get no images."""
        inputs = {
            name: np.zeros((0, 3, side, side), np.float32) for name, (side, _) in PARTS.items()
        }
        inputs[part] = as_input(images)
        return self.network.run(PARTS[part][1], **inputs)


class OnnxLandmarker(LandmarkSearch):
    """Finds landmarks as :class:`mmfer.faces.FaceLandmarker`, from ``mmfer export landmarker``.

    Args:
        path: The file.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is no landmarker.

    Example:
        >>> points, scores = OnnxLandmarker('landmarker.onnx').detect(image, boxes)
    """

    def __init__(self, path: str | Path, threads: int = 0) -> None:
        self.network = read_network(path, LANDMARKER, threads)

    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`LandmarkSearch`."""
        points, scores = self.network.run(['points', 'scores'], images=as_input(crops))
        return points, scores
