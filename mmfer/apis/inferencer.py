"""Prediction of the expressions of faces in images."""

from __future__ import annotations

from mmfer.checks import openmmlab_check  # noqa: F401  (before PyTorch)

# isort: split
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from mmfer.apis.face_inferencer import FaceInferencer, check_unsure_below
from mmfer.apis.face_samples import FaceSampler
from mmfer.apis.predictions import UNSURE_BELOW
from mmfer.device import usable_device
from mmfer.faces import MTCNN
from mmfer.faces.detection.face_finder import ROTATIONS, Detector, Landmarker
from mmfer.faces.detection.landmarker import FaceLandmarker

if TYPE_CHECKING:
    from mmengine.config import Config

    from mmfer.apis.loaded_model import LoadedModel


class FERInferencer(FaceInferencer):
    """Finds the faces in images and predicts their expressions or attributes.

    An entry at the top level of the config defines how to crop a face, so that faces look like the
    training images. The crop then passes the test pipeline of the config, without the loading
    step::

        face_crop = dict(type='box', size=112, scale=1.28, shift=(0.02, -0.05))

    If a transform of the pipeline crops the face itself (attribute ``cuts_face``), by landmarks as
    :class:`mmfer.datasets.transforms.AlignFace` or by its box as
    :class:`mmfer.datasets.transforms.CropFace`, it gets the whole image, and ``face_crop`` is not
    used.

    Args:
        config: A config file or a config. A checkpoint, the name of a shipped model, or an ONNX
            file of ``mmfer export`` also works alone; the model then uses the config in the file.
            None uses the default model.
        checkpoint: Weights trained with the config. Its class names take precedence over the
            config.
        device: Device of the model and the detector.
        detector: An object with the method ``detect`` of MTCNN; None uses MTCNN with its defaults.
        batch_size: Maximum number of faces in a batch of the model; the faces of up to 16 images
            share a batch.
        landmarker: An object with the method ``detect`` of FaceLandmarker, used if a transform of
            the test pipeline needs landmarks (class attribute ``needs_landmarks``); None uses
            FaceLandmarker with its defaults.
        unsure_below: The confidence below which an answer is marked as unsure. If the checkpoint
            has a calibration (``tools/analysis_tools/calibrate.py``), confidences agree with how
            often answers were right; the results say whether it has.
        rotations: Angles in degrees, counterclockwise, by which an image without an upright face is
            turned to search again; the results say so, and the faces are in the image as it is.
            ``()`` searches once.
        backend: What runs the model, ``'pytorch'`` or ``'onnxruntime'`` (extra ``onnxruntime``, and
            for other models than the default one ``export``; only on the CPU); the scores are the
            same within 1e-4. None takes onnxruntime for an ONNX file, else PyTorch. Where PyTorch
            is not installed, onnxruntime runs the default model and ONNX files.

    Raises:
        FileNotFoundError: If the config or the checkpoint does not exist.
        ValueError: If the config or the checkpoint cannot be read, or they do not fit each other,
            or their classes differ, or there is no such device.

    Example:
        >>> inferencer = FERInferencer()
        >>> inferencer(['photos/', 'more/*.jpg'])['results'][0]['faces'][0]['label']
        'happiness'
    """

    loaded: LoadedModel

    def __init__(
        self,
        config: str | Path | Config | None = None,
        checkpoint: str | Path | None = None,
        device: str = 'cpu',
        detector: Detector | None = None,
        batch_size: int = 32,
        landmarker: Landmarker | None = None,
        unsure_below: float = UNSURE_BELOW,
        backend: str | None = None,
        rotations: Sequence[int] = ROTATIONS,
    ) -> None:
        check_unsure_below(unsure_below)  # before the model is loaded, which takes long
        usable_device(device)
        # Here, because it takes seconds to import: `from mmfer.apis import ...` stays quick.
        from mmfer.apis.loading import transforms_with
        from mmfer.apis.onnx_export import load_for

        self.loaded = load_for(backend, config, checkpoint, device)
        self.config, self.model = self.loaded.config, self.loaded.model
        self.pipeline, self.dataset_meta = self.loaded.pipeline, self.loaded.dataset_meta
        self.detector = detector or MTCNN()
        if isinstance(self.detector, torch.nn.Module):
            self.detector.to(device)
        self.landmark_transforms = transforms_with('needs_landmarks', self.pipeline)
        self.cuts_face = bool(transforms_with('cuts_face', self.pipeline))
        self.reads_clip = bool(transforms_with('reads_clip', self.pipeline))
        self.landmarker = landmarker
        if self.landmark_transforms and landmarker is None:
            self.landmarker = FaceLandmarker(device=device)
        sampler = FaceSampler(
            self.detector,
            self.landmarker if self.landmark_transforms else None,
            self.loaded.alignment,
            self.cuts_face,
            rotations,
        )
        super().__init__(self.loaded, sampler, batch_size, unsure_below)
