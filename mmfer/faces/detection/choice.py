"""Detectors and landmarkers by name, for the options of tools.

The names can be imported without PyTorch, which the networks need.
"""

from typing import Literal

from mmfer.faces.detection.face_finder import Detector, Landmarker

DetectorName = Literal['mtcnn', 'blazeface']
LandmarkerName = Literal['mmfer', 'facemesh']
DETECTORS: tuple[DetectorName, ...] = ('mtcnn', 'blazeface')
LANDMARKERS: tuple[LandmarkerName, ...] = ('mmfer', 'facemesh')


def build_detector(name: str = 'mtcnn', min_face_size: int = 24) -> Detector:
    """Build a detector by its name in :data:`DETECTORS`.

    Args:
        name: ``'mtcnn'`` for :class:`MTCNN`, ``'blazeface'`` for :class:`BlazeFace`.
        min_face_size: Side in pixels of the smallest face.

    Raises:
        ValueError: If the name is unknown, or the size is too small for the detector.

    Example:
        >>> faces = build_detector('blazeface').detect(image)  # doctest: +SKIP
    """
    if name not in DETECTORS:
        raise ValueError(f'Unknown detector {name!r}. Give one of: {", ".join(DETECTORS)}.')
    if name == 'blazeface':
        from mmfer.faces.detection.blaze_face import BlazeFace

        return BlazeFace(min_face_size=min_face_size)
    from mmfer.faces.detection.mtcnn import MTCNN

    return MTCNN(min_face_size)


def build_landmarker(
    name: str = 'mmfer', weights: str | None = None, device: str = 'cpu', mirror: bool = False
) -> Landmarker:
    """Build a landmarker by its name in :data:`LANDMARKERS`.

    Args:
        name: ``'mmfer'`` for :class:`FaceLandmarker`, ``'facemesh'`` for :class:`FaceMesh`.
        weights: A weight file of :class:`FaceLandmarker`; None for the shipped weights.
        device: Device of the network, such as ``'cpu'`` or ``'cuda'``.
        mirror: Whether :class:`FaceLandmarker` averages over a face and its mirror image.

    Raises:
        FileNotFoundError: If the weight file does not exist.
        ValueError: If the name is unknown, or the landmarker has no such weights or mirror.

    Example:
        >>> points, scores = build_landmarker('facemesh').detect(image, boxes)  # doctest: +SKIP
    """
    if name not in LANDMARKERS:
        raise ValueError(f'Unknown landmarker {name!r}. Give one of: {", ".join(LANDMARKERS)}.')
    if name == 'mmfer':
        from mmfer.faces.detection.landmarker import FaceLandmarker

        return FaceLandmarker(weights, device, mirror)
    if weights is not None:
        raise ValueError(
            f'Weights "{weights}": the landmarker facemesh has only its own weights. Leave the '
            'file out, or choose the landmarker mmfer.'
        )
    if mirror:
        raise ValueError('The landmarker facemesh has no mirror: leave this option out.')
    from mmfer.faces.detection.face_mesh import FaceMesh

    return FaceMesh(device)
