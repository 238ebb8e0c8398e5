"""What an inferencer says of an image and of each face in it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mmfer.faces import Face


@dataclass(frozen=True)
class FacePrediction:
    """A face and its expression, or its attributes.

    ``scores`` are the probabilities of all classes, in order, which sum to 1; or of all attributes
    that the model has learnt, each by itself.
    """

    face: Face
    scores: dict[str, float]
    of_attributes: bool = False

    @property
    def label(self) -> str:
        """The most probable class."""
        return max(self.scores, key=lambda name: self.scores[name])

    @property
    def present(self) -> list[str]:
        """The attributes with a probability of at least 0.5."""
        return [name for name, p in self.scores.items() if p >= 0.5]

    def to_dict(self) -> dict[str, Any]:
        """As ``results.json`` holds it."""
        landmarks, score = self.face.landmarks, self.face.score
        scores = {name: round(p, 6) for name, p in self.scores.items()}
        return {
            'bbox': [round(float(v), 2) for v in self.face.bbox],
            'score': None if score is None else round(score, 6),
            'landmarks': None if landmarks is None else landmarks.round(2).tolist(),
            **self._landmarks68(),
            **(
                {'present': self.present, 'attributes': scores}
                if self.of_attributes
                else {'label': self.label, 'scores': scores}
            ),
        }

    def _landmarks68(self) -> dict[str, Any]:
        if self.face.landmarks68 is None or self.face.scores68 is None:
            return {}
        return {
            'landmarks68': self.face.landmarks68.round(2).tolist(),
            'landmark_scores': self.face.scores68.round(4).tolist(),
        }


@dataclass(frozen=True)
class ImagePrediction:
    """What was found in one picture; ``image`` is None if it could not be read."""

    path: str
    message: str
    faces: tuple[FacePrediction, ...] = ()
    image: np.ndarray | None = None

    def to_dict(self) -> dict[str, Any]:
        """As ``results.json`` holds it."""
        return {
            'img_path': self.path,
            'message': self.message,
            'faces': [face.to_dict() for face in self.faces],
        }
