"""How the faces of many pictures are looked for."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from mmfer.faces.detection.face_finder import FaceFinder
from mmfer.faces.detection.landmarker import WEIGHTS, FaceLandmarker
from mmfer.faces.detection.mtcnn import MTCNN


@dataclass(frozen=True)
class FindingOptions:
    """How faces are looked for.

    Args:
        min_face_size: Side in pixels of the smallest face, see :class:`MTCNN`.
        whole_image: When the whole picture is taken for the face's box: ``'never'``,
            ``'no face'`` if none is found, or ``'always'``, without looking.
        landmarks: Find the 68 landmarks.
        weights: The landmarker's weights; None for those that come with mmfer.
    """

    min_face_size: int = 24
    whole_image: Literal['never', 'no face', 'always'] = 'never'
    landmarks: bool = True
    weights: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """All on which the results depend; for the weights a digest of their file.

        Raises:
            FileNotFoundError: If the weights are not there.
        """
        weights = None
        if self.landmarks:
            path = Path(self.weights or WEIGHTS)
            if not path.is_file():
                raise FileNotFoundError(
                    f'No weights of a landmarker at "{path}". Check the path, or leave it out.'
                )
            weights = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        return asdict(self) | {'weights': weights}

    def build(self) -> FaceFinder:
        """What finds them."""
        return FaceFinder(
            None if self.whole_image == 'always' else MTCNN(self.min_face_size),
            FaceLandmarker(self.weights) if self.landmarks else None,
            self.whole_image == 'no face',
        )
