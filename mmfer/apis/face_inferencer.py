"""Prediction of the expressions of faces, whatever runs the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol

import numpy as np

from mmfer.apis.face_samples import FaceSampler, Seen, failure
from mmfer.apis.inputs import Source, list_sources, single_source
from mmfer.apis.predictions import (
    UNSURE_BELOW,
    FacePrediction,
    ImagePrediction,
    ModelMismatchError,
)
from mmfer.faces import Alignment
from mmfer.progress import progress_bar

RENDERED_NOTE = 'Trained only on renderings: unreliable on real faces.'
"""What results and annotated images say about such a model."""
BACKENDS = ('pytorch', 'onnxruntime')
"""What can run a model."""
AT_ONCE = 16
"""The number of images that are read before their faces pass the model together."""
MOST_PIXELS_AT_ONCE = 64_000_000
"""The number of pixels of images in memory after which their faces pass the model."""


class ScoringModel(Protocol):
    """A model with all that its predictions need, in PyTorch or in onnxruntime."""

    classes: tuple[str, ...]
    alignment: Alignment | None
    of_attributes: bool
    temperature: float | None
    rendered: bool

    @property
    def unlearnt(self) -> set[str]:
        """The attributes that no training data had."""

    def scores(self, samples: Sequence[dict[str, Any]], batch_size: int) -> list[dict[str, float]]:
        """The probabilities of faces by name, see :class:`mmfer.apis.loaded_model.LoadedModel`."""


class FaceInferencer:
    """Finds the faces in images and predicts their expressions or attributes.

    This is what :class:`mmfer.apis.FERInferencer` and :class:`mmfer.apis.OnnxInferencer` have in
    common. It needs no PyTorch.

    Args:
        loaded: The model.
        sampler: Finds and crops the faces.
        batch_size: Maximum number of faces in a batch.
        unsure_below: The confidence below which an answer is marked as unsure.

    Raises:
        ValueError: If ``unsure_below`` is no probability, or ``batch_size`` is below 1.
    """

    reads_clip = False
    """Whether the model reads two frames of a clip, not a photograph."""
    landmark_transforms: Sequence[str] = ()
    """The steps of the test pipeline that need landmarks."""

    def __init__(
        self,
        loaded: ScoringModel,
        sampler: FaceSampler,
        batch_size: int = 32,
        unsure_below: float = UNSURE_BELOW,
    ) -> None:
        check_unsure_below(unsure_below)
        if not isinstance(batch_size, int | np.integer) or batch_size < 1:
            raise ValueError(f'batch_size={batch_size!r}: give a whole number of 1 or more.')
        self.batch_size, self.unsure_below = batch_size, unsure_below
        self.loaded, self.sampler = loaded, sampler
        self.detector = sampler.detector
        self.classes, self.alignment = loaded.classes, loaded.alignment

    def __call__(
        self, inputs: Any, detect: bool = True, progress: bool = False, bgr: bool = False
    ) -> dict[str, Any]:
        """Predict the expressions of the faces in images.

        Args:
            inputs: A path, a folder, a glob, an ``http(s)://`` address, the bytes of an image file,
                an image of Pillow, an array (H, W, 3) or a tensor (3, H, W), also grey or with
                opacity, a video file, each frame of which has a result with ``'frame'`` and
                ``'time'``, the number of a camera, which takes one image, or a list of these.
            detect: Detect faces; otherwise each image is treated as one face crop.
            progress: Show a progress bar.
            bgr: Whether the colors of arrays and tensors are in BGR order, as ``cv2.imread``
                returns them; the default is RGB.

        Returns:
            ``{'model': ..., 'results': [{'img_path', 'message', 'failed', 'turned', 'faces':
            [{'bbox', 'score', 'quality', 'landmarks', 'label', 'confidence', 'unsure',
            'scores'}]}]}``, one
            result for each image, in order. ``message`` says if an image cannot be read or has no
            face, or why the prediction failed. ``turned`` is the angle of ``rotations``, mostly 0.
            ``model`` is :meth:`describe`. A model of attributes gives ``'present'`` and
            ``'attributes'`` instead of ``'label'`` to ``'scores'``.

        Raises:
            FileNotFoundError: If no input is an image, and the first matches no file.
            ValueError: If no input is an image; or if the model fits no image at all.
        """
        sources = list_sources(inputs, bgr)
        places: deque[Mapping[str, float]] = deque()

        def frames() -> Iterator[Source]:
            for source in sources:
                for frame in source.frames():
                    places.append(frame.place)
                    yield frame

        predictions = progress_bar(
            self.predict(frames(), detect),
            total=None if any(source.is_video for source in sources) else len(sources),
            unit='image',
            disable=not progress,
        )
        results = [prediction.to_dict() | places.popleft() for prediction in predictions]
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
        return [name for name in self.classes if name not in self.loaded.unlearnt]

    @property
    def notes(self) -> list[str]:
        """Sentences about the limits of the model."""
        notes = []
        if self.loaded.rendered:
            notes.append(RENDERED_NOTE)
        if self.loaded.temperature is None and not self.loaded.of_attributes:
            notes.append('Confidences are not calibrated: `mmfer calibrate` does that.')
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
        if not self.sampler.cuts_face and self.alignment is None:
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
                *(seen.name, seen.message, faces, seen.image, seen.failed, seen.shrunk),
                *(seen.turns, seen.pad),
            )

    def classify(self, rgb_crops: Sequence[np.ndarray]) -> list[dict[str, float]]:
        """The probabilities of classes or attributes of face crops, in batches.

        Attributes that were unknown in all training data are left out.

        Args:
            rgb_crops: Arrays or tensors, each one image, as in
                :func:`mmfer.faces.image_arrays.rgb_images`.

        Raises:
            ValueError: If a crop is no image, or the model returns scores that are not finite.
        """
        samples = [self.sample(crop) for crop in rgb_crops]
        return self.loaded.scores(samples, self.batch_size)

    def sample(self, rgb_crop: np.ndarray) -> dict[str, Any]:
        """Input of the test pipeline for a face crop, as of :meth:`classify`.

        The input includes landmarks if a transform needs landmarks.
        """
        return self.sampler.sample(rgb_crop)


def check_backend(backend: str | None) -> None:
    """Raise ValueError if there is no such backend."""
    if backend not in (None, *BACKENDS):
        raise ValueError(f'backend={backend!r}: give one of {", ".join(BACKENDS)}.')


def check_unsure_below(threshold: float) -> None:
    """Raise ValueError if the confidence below which answers are unsure is no probability."""
    if not isinstance(threshold, int | float | np.number) or not 0 <= threshold <= 1:
        raise ValueError(f'unsure_below={threshold!r}: give a probability from 0 to 1.')
