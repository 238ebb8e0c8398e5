"""Prediction of the expressions of faces in images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tqdm import tqdm

from mmfer.apis.face_samples import FaceSampler, Seen, failure
from mmfer.apis.inputs import Source, list_sources, single_source
from mmfer.apis.predictions import (
    UNSURE_BELOW,
    FacePrediction,
    ImagePrediction,
    ModelMismatchError,
)
from mmfer.device import usable_device
from mmfer.faces import MTCNN
from mmfer.faces.detection.face_finder import ROTATIONS, Detector, Landmarker
from mmfer.faces.detection.landmarker import FaceLandmarker

if TYPE_CHECKING:
    from mmengine.config import Config

RENDERED_NOTE = 'Trained only on renderings: unreliable on real faces.'
"""What results and annotated images say about such a model."""
AT_ONCE = 16
"""The number of images that are read before their faces pass the model together."""
MOST_PIXELS_AT_ONCE = 64_000_000
"""The number of pixels of images in memory after which their faces pass the model."""


class FERInferencer:
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
        backend: What runs the model, ``'pytorch'`` or ``'onnxruntime'`` (extra ``export``; only on
            the CPU); the scores are the same within 1e-4. None takes onnxruntime for an ONNX file,
            else PyTorch.

    Raises:
        FileNotFoundError: If the config or the checkpoint does not exist.
        ValueError: If the config or the checkpoint cannot be read, or they do not fit each other,
            or their classes differ, or there is no such device.

    Example:
        >>> inferencer = FERInferencer()
        >>> inferencer(['photos/', 'more/*.jpg'])['results'][0]['faces'][0]['label']
        'happiness'
    """

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
        if not 0 <= unsure_below <= 1:
            raise ValueError(f'unsure_below={unsure_below}: give a probability from 0 to 1.')
        self.batch_size, self.unsure_below = batch_size, unsure_below
        usable_device(device)
        # Here, because it takes seconds to import: `from mmfer.apis import ...` stays quick.
        from mmfer.apis.loaded_model import LoadedModel
        from mmfer.apis.loading import transforms_with
        from mmfer.apis.onnx_export import run_by

        self.loaded = run_by(backend, LoadedModel.load(config, checkpoint, device), device)
        self.config, self.model = self.loaded.config, self.loaded.model
        self.pipeline, self.classes = self.loaded.pipeline, self.loaded.classes
        self.dataset_meta, self.alignment = self.loaded.dataset_meta, self.loaded.alignment
        self.detector = detector or MTCNN()
        if isinstance(self.detector, torch.nn.Module):
            self.detector.to(device)
        self.landmark_transforms = transforms_with('needs_landmarks', self.pipeline)
        self.cuts_face = bool(transforms_with('cuts_face', self.pipeline))
        self.reads_clip = bool(transforms_with('reads_clip', self.pipeline))
        self.landmarker = landmarker
        if self.landmark_transforms and landmarker is None:
            self.landmarker = FaceLandmarker(device=device)
        self.sampler = FaceSampler(
            self.detector,
            self.landmarker if self.landmark_transforms else None,
            self.alignment,
            self.cuts_face,
            rotations,
        )

    def __call__(
        self, inputs: Any, detect: bool = True, progress: bool = False, bgr: bool = False
    ) -> dict[str, Any]:
        """Predict the expressions of the faces in images.

        Args:
            inputs: A path, a folder, a glob, an ``http(s)://`` address, the bytes of an image file,
                an image of Pillow, an array (H, W, 3) or a tensor (3, H, W), also grey or with
                opacity, or a list of these.
            detect: Detect faces; otherwise each image is treated as one face crop.
            progress: Show a progress bar.
            bgr: Whether the colors of arrays and tensors are in BGR order, as ``cv2.imread``
                returns them; the default is RGB.

        Returns:
            ``{'model': ..., 'results': [{'img_path', 'message', 'failed', 'turned', 'faces':
            [{'bbox', 'score', 'landmarks', 'label', 'confidence', 'unsure', 'scores'}]}]}``, one
            result for each image, in order. ``message`` says if an image cannot be read or has no
            face, or why the prediction failed. ``turned`` is the angle of ``rotations``, mostly 0.
            ``model`` is :meth:`describe`. A model of attributes gives ``'present'`` and
            ``'attributes'`` instead of ``'label'`` to ``'scores'``.

        Raises:
            FileNotFoundError: If no input is an image, and the first matches no file.
            ValueError: If no input is an image; or if the model fits no image at all.
        """
        sources = list_sources(inputs, bgr)
        predictions = tqdm(
            self.predict(sources, detect),
            total=len(sources),
            unit='image',
            disable=not progress,
        )
        results = [prediction.to_dict() for prediction in predictions]
        return {'model': self.describe(), 'results': results}

    def describe(self) -> dict[str, Any]:
        """What readers of the results must know about the model, as JSON values.

        ``classes``; ``calibrated``, whether confidences were calibrated; ``unsure_below``; and
        ``notes``, sentences for people, such as that the model was trained only on renderings.
        """
        return {
            'classes': list(self.classes),
            'calibrated': self.loaded.temperature is not None,
            'unsure_below': self.unsure_below,
            'notes': self.notes,
        }

    @property
    def scored_names(self) -> list[str]:
        """The classes, or the attributes that occurred in the training data."""
        unlearnt = set(self.dataset_meta.get('unknown_attributes') or ())
        return [name for name in self.classes if name not in unlearnt]

    @property
    def notes(self) -> list[str]:
        """Sentences about the limits of the model."""
        notes = []
        if self.loaded.rendered:
            notes.append(RENDERED_NOTE)
        if self.loaded.temperature is None and not self.loaded.of_attributes:
            notes.append('Confidences are not calibrated, see tools/analysis_tools/calibrate.py.')
        return notes

    def predict(
        self, images: Iterable[Any], detect: bool = True, bgr: bool = False
    ) -> Iterator[ImagePrediction]:
        """Yield the predictions for images one by one; the faces of a few images share a batch.

        An image for which the prediction fails does not end the others: its prediction has
        ``failed`` and says why.

        Args:
            images: Sources of :func:`mmfer.apis.inputs.list_sources`, or what these can be made of,
                one image each; an iterator is read as needed.
            detect: Detect faces; otherwise each image is treated as one face crop.
            bgr: As in :meth:`__call__`.

        Raises:
            ValueError: If the model fits no image at all.
        """
        if self.reads_clip:
            raise ModelMismatchError(
                'This model reads the motion between two frames of a clip, not a photograph. Use '
                'mmfer.apis.MicroExpressionInferencer with a clip.'
            )
        if detect:
            self.check_photographs()
        sources = (single_source(item, number, bgr) for number, item in enumerate(images))
        while chunk := self._read_some(sources, detect):
            yield from self._answer(chunk)

    def check_photographs(self) -> None:
        """Raise ModelMismatchError if it is not known how to crop faces from a photograph."""
        if not self.cuts_face and self.alignment is None:
            raise ModelMismatchError(
                'It is not known how to crop faces from a photograph for this model. Add, for '
                "example, face_crop = dict(type='box', size=112, scale=1.28) to the top level of "
                'the config; or let the next training measure its images by default_hooks = '
                'dict(framing=dict(measure=64)); or declare that the images are face crops already '
                '(detect=False, --no-detect).'
            )

    def _read_some(self, sources: Iterator[Source], detect: bool) -> list[Seen]:
        """The next few images with their faces, at most :data:`MOST_PIXELS_AT_ONCE`."""
        chunk: list[Seen] = []
        pixels = 0
        for source in islice(sources, AT_ONCE):
            chunk.append(self.sampler.look(source, detect))
            pixels += 0 if chunk[-1].image is None else chunk[-1].image.size // 3
            if pixels > MOST_PIXELS_AT_ONCE:
                break
        return chunk

    def _answer(self, chunk: Sequence[Seen]) -> Iterator[ImagePrediction]:
        """The predictions for images, whose faces share batches."""
        samples = [sample for seen in chunk for sample in seen.samples]
        try:
            scores = self.loaded.scores(samples, self.batch_size)
        except ModelMismatchError:
            raise
        except Exception as error:
            if len(chunk) > 1:  # the failure of one image must not be that of all
                for seen in chunk:
                    yield from self._answer([seen])
                return
            (seen,) = chunk
            chunk = [replace(seen, faces=(), samples=(), message=failure(error), failed=True)]
            scores = []
        rest = iter(scores)
        for seen in chunk:
            faces = tuple(
                FacePrediction(face, next(rest), self.loaded.of_attributes, self.unsure_below)
                for face in seen.faces
            )
            yield ImagePrediction(
                seen.name, seen.message, faces, seen.image, seen.failed, seen.shrunk, seen.turns
            )

    def classify(self, rgb_crops: Sequence[np.ndarray]) -> list[dict[str, float]]:
        """The probabilities of classes or attributes of face crops (H, W, 3) uint8 RGB, in batches.

        Attributes that were unknown in all training data are left out.

        Raises:
            ValueError: If the model returns scores that are not finite.
        """
        samples = [self.sample(crop) for crop in rgb_crops]
        return self.loaded.scores(samples, self.batch_size)

    def sample(self, rgb_crop: np.ndarray) -> dict[str, Any]:
        """Input of the test pipeline for a face crop (H, W, 3) uint8 RGB.

        The input includes landmarks if a transform needs landmarks.
        """
        return self.sampler.sample(rgb_crop)
