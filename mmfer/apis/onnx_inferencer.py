"""Prediction of the expressions of faces by exported files, without PyTorch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.apis.face_inferencer import FaceInferencer, check_backend
from mmfer.apis.face_samples import FaceSampler
from mmfer.apis.predictions import UNSURE_BELOW, named_scores
from mmfer.checks.openmmlab import needs_pytorch, require_predictions
from mmfer.faces import build_alignment
from mmfer.faces.detection.face_finder import ROTATIONS, Detector, Landmarker
from mmfer.resources import find_config
from mmfer.runtime.calibration import recorded_temperature
from mmfer.runtime.face_network_choice import (
    SHIPPED_DETECTOR,
    open_detector,
    open_landmarker,
)
from mmfer.runtime.onnx_file import SUFFIX, OnnxFile
from mmfer.runtime.onnx_scores import OnnxScores
from mmfer.runtime.preparation import build_steps, network_input
from mmfer.shipped_models import DEFAULT, list_models, shipped_onnx


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

    mmfer ships the files of its default model and of MTCNN. The inferencer is called as
    :class:`mmfer.apis.FERInferencer` and gives the same answers, but imports neither PyTorch nor
    OpenMMLab's packages; ``docs/export.md`` lists what it needs.

    Args:
        model: A file of ``mmfer export``, or the name of a shipped model that has one; None takes
            the default model.
        detector: A file of ``mmfer export detector``, of any network, or an object with the method
            ``detect`` of MTCNN; None takes MTCNN with its defaults.
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
        >>> inferencer = OnnxInferencer()
        >>> inferencer('photo.jpg')['results'][0]['faces'][0]['label']
        'happiness'
    """

    def __init__(
        self,
        model: str | Path | None = None,
        detector: str | Path | Detector | None = None,
        landmarker: str | Path | Landmarker | None = None,
        batch_size: int = 32,
        unsure_below: float = UNSURE_BELOW,
        threads: int = 0,
        rotations: Sequence[int] = ROTATIONS,
    ) -> None:
        loaded = ExportedModel(shipped_onnx(model) or str(model), threads)
        if detector is None or isinstance(detector, str | Path):
            detector = open_detector(detector or SHIPPED_DETECTOR, threads)
        if isinstance(landmarker, str | Path):
            landmarker = open_landmarker(landmarker, threads)
        sampler = FaceSampler(detector, landmarker, loaded.alignment, False, rotations)
        super().__init__(loaded, sampler, batch_size, unsure_below)


class FERInferencer(OnnxInferencer):
    """:class:`mmfer.apis.FERInferencer` where PyTorch is not installed.

    It takes the same arguments. Those that only PyTorch can serve are refused.

    Args:
        config: A file of ``mmfer export``, or the name of a shipped model that has one; None uses
            the default model.
        checkpoint: In place of ``config``, the same.
        device: ``'cpu'``.
        detector: As in :class:`OnnxInferencer`.
        batch_size: As in :class:`OnnxInferencer`.
        landmarker: As in :class:`OnnxInferencer`.
        unsure_below: As in :class:`OnnxInferencer`.
        backend: ``'onnxruntime'`` or None.
        rotations: As in :class:`OnnxInferencer`.

    Raises:
        ImportError: If onnxruntime is not installed either.
        FileNotFoundError: If a file does not exist.
        ValueError: If an argument needs PyTorch, or as in :class:`OnnxInferencer`.
    """

    def __init__(
        self,
        config: str | Path | None = None,
        checkpoint: str | Path | None = None,
        device: str = 'cpu',
        detector: str | Path | Detector | None = None,
        batch_size: int = 32,
        landmarker: str | Path | Landmarker | None = None,
        unsure_below: float = UNSURE_BELOW,
        backend: str | None = None,
        rotations: Sequence[int] = ROTATIONS,
    ) -> None:
        require_predictions()
        check_backend(backend)
        if backend == 'pytorch':
            raise needs_pytorch("backend='pytorch'")
        if device != 'cpu':
            raise needs_pytorch(f'The device {device}')
        if config is not None and checkpoint is not None:
            raise needs_pytorch('A config with a checkpoint')
        model = config if checkpoint is None else checkpoint
        if not shipped_onnx(model) and Path(str(model)).suffix.lower() != SUFFIX:
            if isinstance(model, str | Path):
                _check_exists(model)
            raise needs_pytorch(f'"{model}", neither an .onnx file nor {DEFAULT},')
        super().__init__(
            model,
            detector,
            landmarker,
            batch_size=batch_size,
            unsure_below=unsure_below,
            rotations=rotations,
        )


def _check_exists(model: str | Path) -> None:
    """Raise FileNotFoundError if no installation could find a model, so that none is advised."""
    try:
        if model not in list_models():
            find_config(model)
    except (FileNotFoundError, ValueError):  # an empty path has no name
        raise FileNotFoundError(
            f'There is no model "{model}". Check the path, or give an .onnx file or {DEFAULT}.'
        ) from None
