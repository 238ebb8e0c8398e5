"""The predictions of an inferencer for an image and its faces."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmfer.faces import Face
from mmfer.files import writable_text
from mmfer.runtime.calibration import tempered

UNSURE_BELOW = 0.5
"""The confidence below which an answer is unsure: no class is more probable than all others."""


@dataclass(frozen=True)
class FacePrediction:
    """A face and its predicted expression or attributes.

    Args:
        face: The face, in pixels of the image.
        scores: The probabilities of all classes, in order, which sum to 1; or the separate
            probabilities of all attributes that occurred in the training data.
        of_attributes: Whether the scores are those of attributes.
        unsure_below: The confidence below which the answer is unsure.
    """

    face: Face
    scores: dict[str, float]
    of_attributes: bool = False
    unsure_below: float = UNSURE_BELOW

    @property
    def label(self) -> str:
        """The most probable class."""
        return max(self.scores, key=lambda name: self.scores[name])

    @property
    def confidence(self) -> float:
        """The probability of the most probable class."""
        return self.scores[self.label]

    @property
    def unsure(self) -> bool:
        """Whether the confidence is below the threshold."""
        return self.confidence < self.unsure_below

    @property
    def present(self) -> list[str]:
        """The attributes with a probability of at least 0.5."""
        return [name for name, p in self.scores.items() if p >= 0.5]

    def to_dict(self, shrunk: int = 1, pad: tuple[int, int] = (0, 0)) -> dict[str, Any]:
        """The entry for ``results.json``.

        Args:
            shrunk: The factor by which the image was shrunk; the coordinates are those in the file.
            pad: What a shrunk image lacks, see :class:`mmfer.faces.image_decoder.LoadedImage`.
        """
        face = self.face.scaled(shrunk, pad)
        landmarks, score = face.landmarks, face.score
        scores = {name: round(p, 6) for name, p in self.scores.items()}
        return {
            'bbox': [round(float(v), 2) for v in face.bbox],
            'score': None if score is None else round(score, 6),
            'quality': face.quality,
            'landmarks': None if landmarks is None else landmarks.round(2).tolist(),
            **_landmarks68(face),
            **(
                {'present': self.present, 'attributes': scores}
                if self.of_attributes
                else {
                    'label': self.label,
                    'confidence': scores[self.label],
                    'unsure': self.unsure,
                    'scores': scores,
                }
            ),
        }


def _landmarks68(face: Face) -> dict[str, Any]:
    if face.landmarks68 is None or face.scores68 is None:
        return {}
    return {
        'landmarks68': face.landmarks68.round(2).tolist(),
        'landmark_scores': face.scores68.round(4).tolist(),
    }


def named_scores(
    rows: Iterable[np.ndarray],
    classes: Sequence[str],
    temperature: float | None,
    unlearnt: Container[str],
) -> list[dict[str, float]]:
    """The probabilities of faces by name, from the scores of a model.

    Args:
        rows: The scores (C,) of each face.
        classes: The names of the scores.
        temperature: The temperature of the calibration; None without calibration.
        unlearnt: Names to leave out.

    Raises:
        ModelMismatchError: If a row has another number of scores than of classes.
        NotFiniteError: If a score is not finite.
    """
    results = []
    for values in rows:
        if len(values) != len(classes):
            raise ModelMismatchError(
                f'The model returns {len(values)} scores, but there are {len(classes)} class '
                'names. Correct the classes in the config, or export the model again.'
            )
        if not np.isfinite(values).all():
            raise NotFiniteError(
                'The scores of the model are not finite (NaN or infinity), so there is no '
                'answer. Check the weights: the training may have diverged.'
            )
        if temperature is not None:
            values = tempered(values, temperature)
        named = zip(classes, values.tolist(), strict=True)
        results.append({name: p for name, p in named if name not in unlearnt})
    return results


class NotFiniteError(ValueError):
    """The scores of a face are not numbers."""


class ModelMismatchError(ValueError):
    """A model that fits none of the images, whatever they show."""


@dataclass(frozen=True)
class ImagePrediction:
    """The prediction for one image.

    Args:
        path: The image.
        message: What was found, or why there is no prediction.
        faces: The faces, in pixels of ``image``.
        image: (H, W, 3) uint8 RGB; None if the image could not be read.
        failed: Whether the image could not be read, or the prediction failed.
        shrunk: The factor by which the image was shrunk when it was read, mostly 1.
        turns: The number of quarters, counterclockwise, by which the image was turned to find the
            faces. The faces are in the image as it is.
        pad: What a shrunk image lacks, see :class:`mmfer.faces.image_decoder.LoadedImage`.
    """

    path: str
    message: str
    faces: tuple[FacePrediction, ...] = ()
    image: np.ndarray | None = None
    failed: bool = False
    shrunk: int = 1
    turns: int = 0
    pad: tuple[int, int] = (0, 0)

    def to_dict(self) -> dict[str, Any]:
        """The entry for ``results.json``."""
        return {
            'img_path': writable_text(self.path),
            'message': writable_text(self.message),
            'failed': self.failed,
            'turned': 90 * self.turns,
            'faces': [face.to_dict(self.shrunk, self.pad) for face in self.faces],
        }
