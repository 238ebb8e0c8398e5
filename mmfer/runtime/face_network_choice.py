"""Detectors and landmarkers from files, by the network that a file has."""

from collections.abc import Iterable
from pathlib import Path

from mmfer.checks.openmmlab import needs_pytorch, without_pytorch
from mmfer.faces.detection.choice import build_detector
from mmfer.faces.detection.face_finder import Detector, Landmarker
from mmfer.runtime.face_network_file import DEFAULTS, DETECTOR, LANDMARKER, network_name
from mmfer.runtime.face_networks import OnnxDetector, OnnxLandmarker
from mmfer.runtime.mediapipe_networks import OnnxBlazeFace, OnnxFaceMesh

OnnxDetectors = type[OnnxDetector] | type[OnnxBlazeFace]
OnnxLandmarkers = type[OnnxLandmarker] | type[OnnxFaceMesh]
DETECTORS: dict[str, OnnxDetectors] = {
    DEFAULTS[DETECTOR]: OnnxDetector,
    'blazeface': OnnxBlazeFace,
}
LANDMARKERS: dict[str, OnnxLandmarkers] = {
    DEFAULTS[LANDMARKER]: OnnxLandmarker,
    'facemesh': OnnxFaceMesh,
}

SHIPPED_DETECTOR = Path(__file__).parents[1] / 'faces' / 'assets' / 'mtcnn.onnx'
"""The file of MTCNN that mmfer ships."""


def usable_detector(name: str = 'mtcnn', min_face_size: int = 24) -> Detector:
    """A detector by its name, in PyTorch, or from the shipped file where that is not installed.

    Args:
        name: As in :func:`mmfer.faces.detection.choice.build_detector`.
        min_face_size: Side in pixels of the smallest face.

    Raises:
        ValueError: If the name is unknown, or of a detector that needs PyTorch, which is missing,
            or the size is too small for the detector.

    Example:
        >>> faces = usable_detector('mtcnn', 40).detect(read_image('group.jpg'))
    """
    if not without_pytorch():
        return build_detector(name, min_face_size)
    if name != DEFAULTS[DETECTOR]:
        raise needs_pytorch(f'The detector {name}')
    return OnnxDetector(SHIPPED_DETECTOR, min_face_size)


def open_detector(path: str | Path, threads: int = 0) -> Detector:
    """The detector in a file of ``mmfer export detector``.

    Args:
        path: The file; its metadata choose the class.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is damaged, not safe, or no detector that is known.

    Example:
        >>> faces = open_detector('blazeface.onnx').detect(read_image('group.jpg'))
    """
    return DETECTORS[_known(path, DETECTOR, DETECTORS)](path, threads=threads)


def open_landmarker(path: str | Path, threads: int = 0) -> Landmarker:
    """The landmarker in a file of ``mmfer export landmarker``.

    Args:
        path: The file; its metadata choose the class.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is damaged, not safe, or no landmarker that is known.

    Example:
        >>> points, scores = open_landmarker('facemesh.onnx').detect(image, boxes)
    """
    return LANDMARKERS[_known(path, LANDMARKER, LANDMARKERS)](path, threads=threads)


def _known(path: str | Path, kind: str, names: Iterable[str]) -> str:
    name = network_name(path, kind)
    if name not in names:
        raise ValueError(
            f'"{path}" has the {kind} {name!r}, but this version of mmfer reads only '
            f'{", ".join(names)}. Update mmfer, or write one of these with "mmfer export {kind}".'
        )
    return name
