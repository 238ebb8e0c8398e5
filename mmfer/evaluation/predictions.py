"""The file of predictions that ``tools/test.py --dump`` writes and other tools read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np

from mmfer.evaluation.groups import Group
from mmfer.evaluation.probabilities import ROUNDING
from mmfer.files import write_json
from mmfer.reading import Number, check_form, read_json


class _Sample(TypedDict):
    pred_scores: list[Number]
    gt_label: NotRequired[int]
    gt_score: NotRequired[list[Number | None]]
    group: NotRequired[dict[str, str | None] | None]


class _File(TypedDict):
    classes: list[str]
    coarse_classes: list[str] | None
    parents: list[int] | None
    predictions: list[_Sample]


@dataclass(frozen=True)
class Predictions:
    """The predictions of a model for all images of a test set.

    The file is JSON::

        {"classes": [...], "coarse_classes": [...] or null, "parents": [...] or null,
         "predictions": [{"img_path": "...", "sample_idx": 0, "gt_label": 2, "pred_label": 5,
                          "pred_scores": [...], "group": {"gender": "female"},
                          "subject": "sub01"}, ...]}

    ``group`` and ``subject`` are optional. For predictions of attributes, ``classes`` holds the
    names of the attributes, and ``gt_score`` replaces ``gt_label`` and ``pred_label``: 1, 0 or null
    (unknown) for each attribute.

    Args:
        classes: The names of the C classes.
        samples: The N predictions, in the order of the data set.
        coarse_classes: The names of the coarse classes, or None.
        parents: The coarse class of each class, or None.
    """

    classes: list[str]
    samples: list[dict[str, Any]]
    coarse_classes: list[str] | None = None
    parents: list[int] | None = None

    @property
    def scores(self) -> np.ndarray:
        """The class probabilities, (N, C)."""
        return np.array([sample['pred_scores'] for sample in self.samples], dtype=np.float64)

    @property
    def of_attributes(self) -> bool:
        """Whether the predictions are of attributes, not of classes."""
        return bool(self.samples) and 'gt_label' not in self.samples[0]

    @property
    def labels(self) -> np.ndarray:
        """The true classes, (N,).

        Raises:
            ValueError: If the predictions are of attributes.
        """
        if self.of_attributes:
            raise ValueError(
                'These are predictions of attributes, which have no class. Give predictions of a '
                'model for expressions.'
            )
        return np.array([sample['gt_label'] for sample in self.samples], dtype=np.int64)

    @property
    def targets(self) -> np.ndarray:
        """Whether each attribute is present, (N, A) float of 0 and 1; unknown attributes are 0.

        Raises:
            ValueError: If the predictions are of classes.
        """
        return np.nan_to_num(self._truth())

    @property
    def mask(self) -> np.ndarray:
        """Whether each attribute is known, (N, A) bool.

        Raises:
            ValueError: If the predictions are of classes.
        """
        return ~np.isnan(self._truth())

    @property
    def groups(self) -> list[Group | None]:
        """Group of the person in each image, such as gender, age and race."""
        return [sample.get('group') for sample in self.samples]

    def _truth(self) -> np.ndarray:
        if not self.of_attributes:
            raise ValueError(
                'These are predictions of classes, not of attributes. Give predictions of a model '
                'for attributes.'
            )
        return np.array([sample['gt_score'] for sample in self.samples], dtype=np.float64)

    def save(self, path: str | Path) -> None:
        """Write the file; parent folders are created."""
        data = {
            'classes': self.classes,
            'coarse_classes': self.coarse_classes,
            'parents': self.parents,
            'predictions': self.samples,
        }
        write_json(path, data, indent=None)

    @classmethod
    def load(cls, path: str | Path) -> 'Predictions':
        """Read the file.

        Raises:
            FileNotFoundError: If the file does not exist.
            ValueError: If the file holds no predictions, or a prediction lacks a field.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(
                f'No predictions at "{path}". Write them with `mmfer test CONFIG CKPT --dump`.'
            )
        again = 'Write the file again with `mmfer test CONFIG CKPT --dump`.'
        data = read_json(path, 'file of predictions', again)
        check_form(data, _File, f'"{path}" holds no predictions', again)
        predictions = cls(
            data['classes'], data['predictions'], data['coarse_classes'], data['parents']
        )
        predictions._check(f'"{path}"', again)
        return predictions

    def _check(self, where: str, remedy: str) -> None:
        """Check that all entries fit the classes."""
        count, coarse, parents = len(self.classes), self.coarse_classes, self.parents
        alone = coarse is None and parents is None
        if not alone and (
            coarse is None
            or parents is None
            or len(parents) != count
            or not all(0 <= parent < len(coarse) for parent in parents)
        ):
            raise ValueError(
                f'{where}: coarse_classes and parents must both be null, or parents must have the '
                f'number of a coarse class for each of the {count} classes. {remedy}'
            )
        truth = 'gt_score' if self.of_attributes else 'gt_label'
        for i, sample in enumerate(self.samples):
            label, scores = sample.get(truth, -1), sample['pred_scores']
            right = len(scores) == count and all(_is_probability(score) for score in scores)
            if self.of_attributes:
                right &= isinstance(label, list) and len(label) == count
                right = right and all(value in (0, 1, None) for value in label)
            else:
                right &= 0 <= label < count
            if not right:
                raise ValueError(
                    f'{where}, predictions[{i}]: {truth} of the {count} classes and {count} '
                    f'probabilities as pred_scores are needed. {remedy}'
                )


def _is_probability(score: float) -> bool:
    return -ROUNDING <= score <= 1 + ROUNDING
