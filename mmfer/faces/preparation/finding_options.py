"""Options of the detection of faces in a whole data set."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from mmfer.faces.detection.blaze_networks import ASSETS
from mmfer.faces.detection.choice import (
    DetectorName,
    LandmarkerName,
    build_detector,
    build_landmarker,
)
from mmfer.faces.detection.face_finder import FaceFinder
from mmfer.faces.detection.landmarker import WEIGHTS


@dataclass(frozen=True)
class FindingOptions:
    """Options of the face detection.

    Args:
        min_face_size: Side in pixels of the smallest face, see :class:`MTCNN`.
        whole_image: When the whole image is the box of the face: ``'never'``, ``'no face'`` if no
            face is found, or ``'always'``, without detection.
        landmarks: Find the 68 landmarks.
        weights: The weights of the landmarker ``mmfer``; None for the shipped weights.
        detector: The detector, see :func:`mmfer.faces.detection.choice.build_detector`.
        landmarker: The landmarker, see :func:`mmfer.faces.detection.choice.build_landmarker`.
        rotations: Angles by which an image without an upright face is turned, see
            :func:`mmfer.faces.detection.face_finder.detect_upright`.
    """

    min_face_size: int = 24
    whole_image: Literal['never', 'no face', 'always'] = 'never'
    landmarks: bool = True
    weights: str | None = None
    detector: DetectorName = 'mtcnn'
    landmarker: LandmarkerName = 'mmfer'
    rotations: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """All options that change the results, as JSON values, with a digest of the weight file.

        Raises:
            FileNotFoundError: If the weight file does not exist.
        """
        weights = None
        if self.landmarks:
            own = WEIGHTS if self.landmarker == 'mmfer' else ASSETS / f'{self.landmarker}.npz'
            path = Path(self.weights or own)
            if not path.is_file():
                raise FileNotFoundError(
                    f'No weights of a landmarker at "{path}". Check the path, or leave it out.'
                )
            weights = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        return asdict(self) | {'weights': weights, 'rotations': list(self.rotations)}

    def build(self) -> FaceFinder:
        """Build the face finder."""
        return FaceFinder(
            None
            if self.whole_image == 'always'
            else build_detector(self.detector, self.min_face_size),
            build_landmarker(self.landmarker, self.weights) if self.landmarks else None,
            self.whole_image == 'no face',
            self.rotations,
        )
