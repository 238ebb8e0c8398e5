"""Prediction of the expressions of faces in images."""

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
from mmfer.apis.predictions import (
    FacePrediction,
    ImagePrediction,
    ModelMismatchError,
    NotFiniteError,
)
from mmfer.device import usable_device
from mmfer.faces import MTCNN, Face
from mmfer.faces.detection.face_finder import Detector, Landmarker, detect_in_crop
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.faces.image import check_image, load_image
from mmfer.faces.image_decoder import LoadedImage
from mmfer.protocols import predicts_attributes
from mmfer.registry import register_all_modules
from mmfer.shipped_models import shipped_checkpoint


class FERInferencer:
    """Finds the faces in images and predicts their expressions or attributes.

    An entry at the top level of the config defines how to crop a face, so that faces look like the
    training images. The crop then passes the test pipeline of the config, without the loading
    step::

        face_crop = dict(type='box', size=112, scale=1.28, shift=(0.02, -0.05))

    If a transform of the pipeline crops the face by landmarks itself (class attribute
    ``cuts_face``, as in :class:`mmfer.datasets.transforms.AlignFace`), it gets the whole image, and
    ``face_crop`` is not used.

    Args:
        config: A config file or a config. A checkpoint or the name of a shipped model also works
            alone; the model then uses the config in the checkpoint. None uses the default model.
        checkpoint: Weights trained with the config. Its class names take precedence over the
            config.
        device: Device of the model and the detector.
        detector: An object with the method ``detect`` of MTCNN; None uses MTCNN with its defaults.
        batch_size: Maximum number of faces in a batch of the model.
        landmarker: An object with the method ``detect`` of FaceLandmarker, used if a transform of
            the test pipeline needs landmarks (class attribute ``needs_landmarks``); None uses
            FaceLandmarker with its defaults.

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
    ) -> None:
        self.batch_size = batch_size
        usable_device(device)
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
        self, inputs: Any, detect: bool = True, progress: bool = False, bgr_arrays: bool = False
    ) -> dict[str, list[dict[str, Any]]]:
        """Predict the expressions of the faces in images.

        Args:
            inputs: Paths, folders, globs, and arrays (H, W, 3) uint8, one or a sequence.
            detect: Detect faces; otherwise each image is treated as one face crop.
            progress: Show a progress bar.
            bgr_arrays: Whether the channels of arrays are in BGR order, as ``cv2.imread`` returns
                them; the default is RGB.

        Returns:
            ``{'results': [{'img_path', 'message', 'faces': [{'bbox', 'score', 'landmarks', 'label',
            'scores'}]}]}``, one entry for each image, in order. ``message`` says if an image cannot
            be read or has no face, or why the prediction failed. A model of attributes gives
            ``'present'`` and ``'attributes'`` instead of ``'label'`` and ``'scores'``.

        Raises:
            FileNotFoundError: If an input matches no image.
        """
        if isinstance(inputs, str | Path | np.ndarray):
            inputs = [inputs]
        items: list[Path | np.ndarray] = []
        for item in inputs:
            items += [item] if isinstance(item, np.ndarray) else find_images([item])[0]
        predictions = tqdm(
            self.predict(items, detect, bgr_arrays),
            total=len(items),
            unit='image',
            disable=not progress,
        )
        return {'results': [prediction.to_dict() for prediction in predictions]}

    def predict(
        self,
        images: Iterable[str | Path | np.ndarray],
        detect: bool = True,
        bgr_arrays: bool = False,
    ) -> Iterator[ImagePrediction]:
        """Yield the predictions for image files or arrays one by one.

        An image for which the prediction fails does not end the others: its prediction has
        ``failed`` and says why.

        Raises:
            ValueError: If the model fits no image at all, or an array is not an image.
        """
        if detect and not self.cuts_face and self.alignment is None:
            raise ModelMismatchError(
                'The config does not define how to crop faces from a photograph. Add, for example, '
                "face_crop = dict(type='box', size=112, scale=1.28) to its top level, or declare "
                'that the images are face crops already (detect=False, --no-detect).'
            )
        for number, item in enumerate(images):
            if isinstance(item, np.ndarray):
                check_image(item)
                path = f'array {number}'
                image = LoadedImage(np.ascontiguousarray(item[..., ::-1]) if bgr_arrays else item)
            else:
                path = str(item)
                try:
                    image = load_image(item)
                except (FileNotFoundError, ValueError) as error:
                    yield ImagePrediction(path, str(error), failed=True)
                    continue
            yield self._predict_one(path, image, detect)

    def _predict_one(self, path: str, loaded: LoadedImage, detect: bool) -> ImagePrediction:
        image, shrunk = loaded
        try:
            found = self._find_faces(image, detect)
        except ModelMismatchError:
            raise
        # Whatever fails for one image must not lose the results of the others.
        except Exception as error:
            name = '' if isinstance(error, NotFiniteError) else f'{type(error).__name__}: '
            return ImagePrediction(
                path, f'The prediction failed: {name}{error}', (), image, True, shrunk
            )
        count = f'{len(found)} face{"s" if len(found) > 1 else ""} found.'
        message = 'No face found.' if not found else count if detect else 'Treated as a face.'
        return ImagePrediction(path, message, found, image, False, shrunk)

    def _find_faces(self, image: np.ndarray, detect: bool) -> tuple[FacePrediction, ...]:
        faces = detect_in_crop(self.detector, image) if detect else [Face.of_whole_image(image)]
        if self.landmark_transforms:
            faces = self._find_landmarks(image, faces)
        cut = detect and not self.cuts_face
        aligned = [self._crop(image, face) if cut else (image, face) for face in faces]
        scores = self._classify([_sample(*pair) for pair in aligned])
        return tuple(
            FacePrediction(f, s, self.of_attributes) for f, s in zip(faces, scores, strict=True)
        )

    def classify(self, rgb_crops: Sequence[np.ndarray]) -> list[dict[str, float]]:
        """The probabilities of classes or attributes of face crops (H, W, 3) uint8 RGB, in batches.

        Attributes that were unknown in all training data are left out.

        Raises:
            ValueError: If the model returns scores that are not finite.
        """
        return self._classify([self.sample(crop) for crop in rgb_crops])

    def sample(self, rgb_crop: np.ndarray) -> dict[str, Any]:
        """Input of the test pipeline for a face crop (H, W, 3) uint8 RGB.

        The input includes landmarks if a transform needs landmarks.
        """
        face = Face.of_whole_image(rgb_crop)
        if self.landmark_transforms:
            (face,) = self._find_landmarks(rgb_crop, [face])
        return _sample(rgb_crop, face)

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
                    raise ModelMismatchError(
                        f'The model returns {len(scores)} scores, but there are '
                        f'{len(self.classes)} class names. Correct the classes in the config.'
                    )
                if not np.isfinite(scores).all():
                    raise NotFiniteError(
                        'The scores of the model are not finite (NaN or infinity), so there is no '
                        'answer. Check the weights: the training may have diverged.'
                    )
                named = zip(self.classes, scores, strict=True)
                results.append({name: p for name, p in named if name not in self.unlearnt})
        return results

    def _crop(self, image: np.ndarray, face: Face) -> tuple[np.ndarray, Face]:
        """Crop a face, and convert its landmarks to the crop."""
        assert self.alignment is not None
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
    """The result that the loading step would give: the image in BGR order, and landmarks."""
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
