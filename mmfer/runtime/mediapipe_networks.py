"""BlazeFace and the face mesh in onnxruntime."""

from pathlib import Path

import numpy as np

from mmfer.faces.detection.blaze_search import POINTS, PROPOSALS, THRESHOLD, BlazeSearch
from mmfer.faces.detection.mesh_search import CROP_SIZE, MESH_POINTS, MeshSearch
from mmfer.runtime.face_network_file import DETECTOR, LANDMARKER, FaceNetwork

BLAZE_NAMES = ['images', 'faces', 'boxes', 'points']
"""Input and outputs of BlazeFace."""
MESH_NAMES = ['images', 'mesh', 'faces']
"""Input and outputs of the face mesh."""


class OnnxBlazeFace(BlazeSearch):
    """Detects faces as :class:`mmfer.faces.BlazeFace`.

    Args:
        path: A file of ``mmfer export detector --network blazeface``.
        threshold: As in BlazeFace.
        min_face_size: As in BlazeFace.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is no such detector, or an option is out of range.

    Example:
        >>> faces = OnnxBlazeFace('blazeface.onnx').detect(read_image('group.jpg'))
    """

    def __init__(
        self,
        path: str | Path,
        threshold: float = THRESHOLD,
        min_face_size: int = 1,
        threads: int = 0,
    ) -> None:
        super().__init__(threshold, min_face_size)
        self.network = FaceNetwork(path, DETECTOR, 'blazeface', BLAZE_NAMES, threads)

    def run_network(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See :class:`BlazeSearch`."""
        count = len(images), PROPOSALS
        shapes = {'faces': count, 'boxes': (*count, 4), 'points': (*count, POINTS, 2)}
        faces, boxes, points = self.network.outputs(shapes, images=images)
        return faces, boxes, points


class OnnxFaceMesh(MeshSearch):
    """Finds landmarks as :class:`mmfer.faces.FaceMesh`.

    Args:
        path: A file of ``mmfer export landmarker --network facemesh``.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is no such landmarker.

    Example:
        >>> points, scores = OnnxFaceMesh('facemesh.onnx').detect(image, boxes)
    """

    def __init__(self, path: str | Path, threads: int = 0) -> None:
        self.network = FaceNetwork(path, LANDMARKER, 'facemesh', MESH_NAMES, threads)

    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`MeshSearch`."""
        shapes = {'mesh': (len(crops), MESH_POINTS, 3), 'faces': (len(crops),)}
        mesh, faces = self.network.outputs(shapes, images=crops)
        return mesh * CROP_SIZE, faces
