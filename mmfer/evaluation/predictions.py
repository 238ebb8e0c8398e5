"""The file of predictions that ``tools/test.py --dump`` writes and other tools read."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Predictions:
    """What a model said of every image of a test set.

    The file is JSON::

        {"classes": [...], "coarse_classes": [...] or null, "parents": [...] or null,
         "predictions": [{"img_path": "...", "sample_idx": 0, "gt_label": 2, "pred_label": 5,
                          "pred_scores": [...]}, ...]}

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
    def labels(self) -> np.ndarray:
        """The true classes, (N,)."""
        return np.array([sample['gt_label'] for sample in self.samples], dtype=np.int64)

    def save(self, path: str | Path) -> None:
        """Write the file, making the folders above it."""
        data = {
            'classes': self.classes,
            'coarse_classes': self.coarse_classes,
            'parents': self.parents,
            'predictions': self.samples,
        }
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(data), encoding='utf-8')

    @classmethod
    def load(cls, path: str | Path) -> 'Predictions':
        """Read the file.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is no such file, or a prediction lacks a field.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(
                f'No predictions at "{path}". Write them with tools/test.py CONFIG CKPT --dump.'
            )
        try:
            data = json.loads(path.read_text(encoding='utf-8'))
            predictions = cls(
                data['classes'], data['predictions'], data['coarse_classes'], data['parents']
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f'"{path}" holds no predictions ({type(error).__name__}: {error}). Write it again '
                'with tools/test.py CONFIG CKPT --dump.'
            ) from error
        for i, sample in enumerate(predictions.samples):
            scores = sample.get('pred_scores')
            if 'gt_label' not in sample or scores is None or len(scores) != len(data['classes']):
                raise ValueError(
                    f'"{path}", predictions[{i}]: gt_label and {len(data["classes"])} pred_scores '
                    'are needed. Write it again with tools/test.py CONFIG CKPT --dump.'
                )
        return predictions
