"""Expressions of the faces in pictures, by a trained model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from tqdm import tqdm

from mmfer.apis.image_files import find_images
from mmfer.apis.loading import (
    build_model,
    build_pipeline,
    class_names,
    face_alignment,
    own_config,
    put_weights,
    read_checkpoint,
    read_config,
    transforms_with,
)
from mmfer.apis.predictions import FacePrediction, ImagePrediction
from mmfer.apis.shipped_models import shipped_checkpoint
from mmfer.faces import MTCNN, Face, read_image
from mmfer.faces.detection.face_finder import Detector, Landmarker, detect_in_crop
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.faces.image import check_image
from mmfer.protocols import predicts_attributes
from mmfer.registry import register_all_modules


class FERInferencer:
    """Finds the faces in pictures and reads their expressions or attributes with a trained model.

    A face is cut out as the config's top level says, so that it looks as the training pictures
    do, then goes through the config's test pipeline after its loading step::

        face_crop = dict(type='box', size=112, scale=1.28, shift=(0.02, -0.05))

    Where a transform of the pipeline cuts the face out by its landmarks itself (its class
    attribute ``cuts_face``, as :class:`mmfer.datasets.transforms.AlignFace`), it is given the whole
    picture, and ``face_crop`` is not asked.

    Args:
        config: A config file, or the config. A checkpoint or the name of a shipped model may stand
            here alone, and has its own config; without any argument the default model is taken.
        checkpoint: Weights trained with that config. Its class names are used, else the config's.
        device: Where the model and the detector run.
        detector: Anything with MTCNN's ``detect``; MTCNN with its defaults if None.
        batch_size: Most faces at once through the model.
        landmarker: Anything with FaceLandmarker's ``detect``, asked where a transform of the test
            pipeline needs landmarks (its class attribute ``needs_landmarks``); FaceLandmarker with
            its defaults if None.

    Raises:
        FileNotFoundError: If the config or the checkpoint is not there.
        ValueError: If one cannot be read, they do not fit each other, or their classes differ.

    Example:
        >>> inferencer = FERInferencer('my_config.py', 'epoch_10.pth')
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
    ) -> None:
        self.batch_size = batch_size
        register_all_modules()
        config, checkpoint = _chosen(config, checkpoint)
        loaded = read_checkpoint(checkpoint)
        self.config = own_config(loaded, checkpoint) if config is None else read_config(config)
        with DefaultScope.overwrite_default_scope('mmfer'):
            self.model = build_model(self.config)
            meta = put_weights(self.model, loaded, checkpoint)
            self.pipeline = build_pipeline(self.config)
            self.classes = class_names(self.config, meta, str(checkpoint))
        self.of_attributes = predicts_attributes(self.model)
        self.dataset_meta: dict[str, Any] = meta.get('dataset_meta') or {}
        self.unlearnt = set(self.dataset_meta.get('unknown_attributes') or ())
        self.alignment = face_alignment(self.config, meta, str(checkpoint))
        self.detector = detector or MTCNN()
        if isinstance(self.detector, torch.nn.Module):
            self.detector.to(device)
        self.landmark_transforms = transforms_with('needs_landmarks', self.pipeline)
        self.cuts_face = bool(transforms_with('cuts_face', self.pipeline))
        self.landmarker = landmarker
        if self.landmark_transforms and landmarker is None:
            self.landmarker = FaceLandmarker(device=device)
        self.model.to(device)
        self.model.eval()

    def __call__(
        self, inputs: Any, detect: bool = True, progress: bool = False
    ) -> dict[str, list[dict[str, Any]]]:
        """Read the expressions in pictures.

        Args:
            inputs: Paths, folders, globs, and arrays (H, W, 3) uint8 RGB, one or a sequence.
            detect: Look for faces; otherwise each picture is taken for one face crop.
            progress: Show a progress bar.

        Returns:
            ``{'results': [{'img_path', 'message', 'faces': [{'bbox', 'score', 'landmarks',
            'label', 'scores'}]}]}``, one entry for each picture, in order. A picture that cannot
            be read, or has no face, says so in ``message``. A model of attributes gives
            ``'present'`` and ``'attributes'`` in place of ``'label'`` and ``'scores'``.

        Raises:
            FileNotFoundError: If an input names no picture.
        """
        if isinstance(inputs, str | Path | np.ndarray):
            inputs = [inputs]
        items: list[Path | np.ndarray] = []
        for item in inputs:
            items += [item] if isinstance(item, np.ndarray) else find_images([item])[0]
        predictions = tqdm(
            self.predict(items, detect), total=len(items), unit='picture', disable=not progress
        )
        return {'results': [prediction.to_dict() for prediction in predictions]}

    def predict(
        self, images: Iterable[str | Path | np.ndarray], detect: bool = True
    ) -> Iterator[ImagePrediction]:
        """The predictions for picture files or arrays, one by one as they are ready."""
        for number, item in enumerate(images):
            if isinstance(item, np.ndarray):
                path, image = f'array {number}', item
                check_image(image)
            else:
                path = str(item)
                try:
                    image = read_image(item)
                except (FileNotFoundError, ValueError) as error:
                    yield ImagePrediction(path, str(error))
                    continue
            faces = detect_in_crop(self.detector, image) if detect else [Face.of_whole_image(image)]
            if self.landmark_transforms:
                faces = self._find_landmarks(image, faces)
            cut = detect and not self.cuts_face
            aligned = [self._crop(image, face) if cut else (image, face) for face in faces]
            scores = self._classify([_sample(*pair) for pair in aligned])
            found = tuple(
                FacePrediction(f, s, self.of_attributes) for f, s in zip(faces, scores, strict=True)
            )
            count = f'{len(found)} face{"s" if len(found) > 1 else ""} found.'
            message = 'No face found.' if not found else count if detect else 'Taken for a face.'
            yield ImagePrediction(path, message, found, image)

    def classify(self, crops: Sequence[np.ndarray]) -> list[dict[str, float]]:
        """The probabilities of classes or attributes of face crops (H, W, 3) uint8 RGB, in batches.

        An attribute that was unknown in all of the training data is left out.
        """
        return self._classify([self.sample(crop) for crop in crops])

    def sample(self, crop: np.ndarray) -> dict[str, Any]:
        """What the test pipeline takes for a face crop (H, W, 3) uint8 RGB.

        It has landmarks if a transform needs them.
        """
        face = Face.of_whole_image(crop)
        if self.landmark_transforms:
            (face,) = self._find_landmarks(crop, [face])
        return _sample(crop, face)

    def _find_landmarks(self, image: np.ndarray, faces: Sequence[Face]) -> list[Face]:
        if not faces:
            return []
        assert self.landmarker is not None
        boxes = np.stack([face.bbox for face in faces]).astype(np.float32)
        found = zip(faces, *self.landmarker.detect(image, boxes), strict=True)
        return [replace(face, landmarks68=p, scores68=scores) for face, p, scores in found]

    def _classify(self, faces: Sequence[dict[str, Any]]) -> list[dict[str, float]]:
        results: list[dict[str, float]] = []
        for start in range(0, len(faces), self.batch_size):
            batch = [self.pipeline(face) for face in faces[start : start + self.batch_size]]
            with torch.inference_mode():
                samples = self.model.test_step(pseudo_collate(batch))
            for sample in samples:
                scores = sample.pred_score.double().cpu().tolist()
                if len(scores) != len(self.classes):
                    raise ValueError(
                        f'The model gives {len(scores)} scores, but there are '
                        f'{len(self.classes)} class names. Correct the classes of the config.'
                    )
                named = zip(self.classes, scores, strict=True)
                results.append({name: p for name, p in named if name not in self.unlearnt})
        return results

    def _crop(self, image: np.ndarray, face: Face) -> tuple[np.ndarray, Face]:
        """The face cut out, and where its landmarks are there."""
        if self.alignment is None:
            raise ValueError(
                'The config does not say how the faces of a photograph are to be cut out. Add to '
                "its top level, for example, face_crop = dict(type='box', size=112, scale=1.28), "
                'or say that the pictures are face crops already (detect=False, --no-detect).'
            )
        crop = self.alignment.crop(image, face)
        if face.landmarks68 is None:
            return crop, face
        return crop, replace(face, landmarks68=self.alignment.points(face, face.landmarks68))


def _chosen(
    config: str | Path | Config | None, checkpoint: str | Path | None
) -> tuple[str | Path | Config | None, str | Path]:
    """The config, None for the one in the checkpoint, and the checkpoint."""
    if checkpoint is not None:
        return config, checkpoint
    if config is None:
        return None, shipped_checkpoint()
    if isinstance(config, Config) or Path(config).suffix == '.py':
        raise ValueError(f'Give the checkpoint that was trained with the config {config}, too.')
    is_name = Path(config).suffix == '' and not Path(config).exists()
    return None, shipped_checkpoint(str(config)) if is_name else config


def _sample(crop: np.ndarray, face: Face) -> dict[str, Any]:
    """What the pipeline's loading step would have given: BGR, as OpenCV reads it, and landmarks."""
    shape = crop.shape[:2]
    sample: dict[str, Any] = {
        'img': np.ascontiguousarray(crop[..., ::-1]),
        'img_shape': shape,
        'ori_shape': shape,
    }
    if face.landmarks68 is not None and face.scores68 is not None:
        sample['landmarks'] = face.landmarks68.astype(np.float32)
        sample['landmark_scores'] = face.scores68.astype(np.float32)
    return sample
