"""Prediction of the expressions of faces by exported files, without PyTorch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.apis.face_inferencer import FaceInferencer
from mmfer.apis.face_samples import FaceSampler
from mmfer.apis.predictions import UNSURE_BELOW, ModelMismatchError, named_scores
from mmfer.faces import build_alignment
from mmfer.faces.detection.face_finder import ROTATIONS, Detector, Landmarker
from mmfer.runtime.calibration import recorded_temperature
from mmfer.runtime.face_network_choice import open_detector, open_landmarker
from mmfer.runtime.onnx_file import OnnxFile
from mmfer.runtime.onnx_scores import OnnxScores
from mmfer.runtime.preparation import build_steps, network_input


class ExportedModel:
    """An exported classifier with all that its predictions need.

    Args:
        path: A file of ``mmfer export``.
        threads: The number of threads; 0 takes all cores.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is damaged or not safe, or its preprocessing needs PyTorch.
    """

    def __init__(self, path: str | Path, threads: int = 0) -> None:
        file = OnnxFile.read(path, lambda content, where: OnnxScores(content, where, threads))
        facts, crop = file.metadata, file.metadata['face_crop']
        self.model = file.model
        self.steps = build_steps(facts['preprocessing']['pipeline'], file.where)
        self.classes = tuple(facts['classes'])
        self.alignment = None if crop is None else build_alignment(crop)
        self.of_attributes, self.rendered = facts['of_attributes'], facts['rendered']
        self.temperature = recorded_temperature(facts, file.where)
        self.card = facts['model_card']
        self.unlearnt = set(facts['unknown_attributes'])

    def scores(self, samples: Sequence[dict[str, Any]], batch_size: int) -> list[dict[str, float]]:
        """The probabilities of faces by name, as those of ``LoadedModel``."""
        results: list[dict[str, float]] = []
        for start in range(0, len(samples), batch_size):
            batch = samples[start : start + batch_size]
            images = np.stack([network_input(self.steps, sample['img']) for sample in batch])
            rows = self.model.scores(images).astype(np.float64)
            results += named_scores(rows, self.classes, self.temperature, self.unlearnt)
        return results


class OnnxInferencer(FaceInferencer):
    """Finds the faces in images and predicts their expressions, by exported files alone.

    It is called as :class:`mmfer.apis.FERInferencer` and gives the same answers, but imports
    neither PyTorch nor OpenMMLab's packages; ``docs/export.md`` lists what it needs.

    Args:
        model: A file of ``mmfer export``.
        detector: A file of ``mmfer export detector``, of any network, or an object with the method
            ``detect`` of MTCNN; None if all images are face crops (``detect=False``).
        landmarker: A file of ``mmfer export landmarker``, of any network, or an object with the
            method ``detect`` of FaceLandmarker; the results then have the 68 landmarks. None leaves
            them out.
        batch_size: Maximum number of faces in a batch.
        unsure_below: The confidence below which an answer is marked as unsure.
        threads: The number of threads; 0 takes all cores.
        rotations: As in :class:`mmfer.apis.FERInferencer`.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a file is damaged, not safe or of another kind, or the preprocessing of the
            model needs PyTorch.

    Example:
        >>> inferencer = OnnxInferencer('model.onnx', 'detector.onnx')
        >>> inferencer('photo.jpg')['results'][0]['faces'][0]['label']
        'happiness'
    """

    def __init__(
        self,
        model: str | Path,
        detector: str | Path | Detector | None = None,
        landmarker: str | Path | Landmarker | None = None,
        batch_size: int = 32,
        unsure_below: float = UNSURE_BELOW,
        threads: int = 0,
        rotations: Sequence[int] = ROTATIONS,
    ) -> None:
        loaded = ExportedModel(model, threads)
        if isinstance(detector, str | Path):
            detector = open_detector(detector, threads)
        if isinstance(landmarker, str | Path):
            landmarker = open_landmarker(landmarker, threads)
        sampler = FaceSampler(detector, landmarker, loaded.alignment, False, rotations)
        super().__init__(loaded, sampler, batch_size, unsure_below)

    def check_photographs(self) -> None:
        """Raise ModelMismatchError if there is no detector, or it is not known how to crop."""
        if self.sampler.detector is None:
            raise ModelMismatchError(
                'There is no detector. Give the file that "mmfer export detector" writes, '
                "detector='detector.onnx', or say that the images are face crops: detect=False."
            )
        super().check_photographs()
