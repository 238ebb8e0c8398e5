"""The micro-expressions of a clip or a long video: intervals, apex frames and classes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from mmfer.apis.inferencer import FERInferencer
from mmfer.apis.predictions import FacePrediction
from mmfer.datasets.wrapped import readers_of
from mmfer.faces import (
    MTCNN,
    ApexResult,
    ApexSpotter,
    Face,
    FaceLandmarker,
    IntervalOptions,
    IntervalSpotter,
    SidecarLandmarks,
    SpottedIntervals,
)
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.clip_span import numbers_between
from mmfer.faces.detection.face_finder import Landmarker


@dataclass(frozen=True)
class MicroExpression:
    """The prediction for a clip.

    Attributes:
        clip: Name of the clip.
        spotted: The apex with its curve and regions, see :class:`ApexResult`.
        face: The face in the apex frame with its class and scores; None if no face was found.
        messages: Warnings.
    """

    clip: str
    spotted: ApexResult
    face: FacePrediction | None
    messages: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Numbers and strings for JSON."""
        return {
            'clip': self.clip,
            'apex': self.spotted.apex,
            'onset': self.spotted.onset,
            'offset': self.spotted.offset,
            'label': None if self.face is None else self.face.label,
            'scores': None if self.face is None else self.face.scores,
            'numbers': list(self.spotted.numbers),
            'curve': self.spotted.curve.tolist(),
            'messages': list(self.messages),
        }


class MicroExpressionInferencer:
    """Spots the apex frame of a clip and predicts its expression with a trained model.

    The model reads the face in the apex frame or, if its pipeline begins with
    :class:`mmfer.datasets.LoadClip`, the motion from the onset to the apex. If the onset does not
    show the face, the first frame that does takes its place, and a message says so.

    Args:
        config: A config file or a config.
        checkpoint: Weights trained with the config.
        device: Device of the networks.
        method: Method of the spotter, ``registered`` or ``ratio``, see :class:`ApexSpotter`.
        detector: An object with the method ``detect`` of MTCNN; None uses MTCNN with its defaults.
        landmarker: An object with the method ``detect`` of FaceLandmarker; None uses FaceLandmarker
            with its defaults.
        face: Which of several faces is followed: ``best``, ``largest``, ``left`` or ``right``,
            or a number, which counts the faces from the left, from 0.

    Raises:
        FileNotFoundError: If the config or the checkpoint does not exist.
        ValueError: If the config or the checkpoint cannot be read, or they do not fit each other,
            or the method or the face is unknown.

    Example:
        >>> inferencer = MicroExpressionInferencer('my_config.py', 'epoch_100.pth')
        >>> found = inferencer('CASME2_RAW_selected/sub01/EP02_01f', onset=46, offset=86)
        >>> found.spotted.apex, found.face.label
        (59, 'happiness')
    """

    def __init__(
        self,
        config: str | Path | Config,
        checkpoint: str | Path,
        device: str = 'cpu',
        method: str = 'registered',
        detector: MTCNN | None = None,
        landmarker: Landmarker | None = None,
        face: str | int = 'best',
    ) -> None:
        detector = detector or MTCNN()
        landmarker = landmarker or FaceLandmarker(device=device)
        self.spotter = ApexSpotter(method, landmarker=landmarker, detector=detector, face=face)
        self.landmarker, self.detector, self.face = landmarker, detector, face
        self.reader = FERInferencer(
            config, checkpoint, device, detector=detector, landmarker=landmarker
        )

    def __call__(
        self,
        clip: Clip | str | Path | Sequence[np.ndarray],
        onset: int | None = None,
        offset: int | None = None,
        landmarks: np.ndarray | SidecarLandmarks | None = None,
        detect: bool = True,
    ) -> MicroExpression:
        """Spot the apex of a clip and predict its expression.

        Args:
            clip: A folder of numbered frames, a video file, or a sequence of frames (H, W) or
                (H, W, 3) uint8, grey or RGB.
            onset: Number of the first frame of the expression; None is the first frame of the clip.
            offset: Number of the last frame of the expression; None is the last frame of the clip.
            landmarks: Known landmarks of the frames, see :class:`ApexSpotter`.
            detect: Crop the face from the apex frame; otherwise the frame is a face crop. A model
                of motion needs the landmarks in any case.

        Raises:
            FileNotFoundError: If the clip does not exist.
            ValueError: If the clip cannot be read, is too short, lacks onset or offset, or shows
                no face.
        """
        clip = open_clip(clip)
        spotted = self.spotter(clip, landmarks, onset, offset)
        if self.reader.reads_clip:
            return self._from_motion(clip, spotted)
        (prediction,) = self.reader.predict([_in_color(clip, spotted.apex)], detect)
        # Of several faces, take the face to which the landmarks belong.
        center = spotted.landmarks.mean(axis=0)
        face = min(
            prediction.faces,
            key=lambda found: float(np.abs(found.face.bbox.reshape(2, 2).mean(0) - center).sum()),
            default=None,
        )
        lost = () if face else (f'No face found in apex frame {spotted.apex}, so no class.',)
        return MicroExpression(clip.name, spotted, face, (*spotted.messages, *lost))

    def spot(
        self,
        video: Clip | str | Path | Sequence[np.ndarray],
        options: IntervalOptions,
        landmarks: np.ndarray | SidecarLandmarks | None = None,
    ) -> tuple[SpottedIntervals, list[MicroExpression | None]]:
        """Find the micro-expressions of a long video, and predict each from onset to offset.

        Args:
            video: A folder of numbered frames, a video file, or a sequence of frames.
            options: What counts as a micro-expression; the numbers of frames depend on the frame
                rate, see :func:`mmfer.faces.frame_limits`.
            landmarks: Known landmarks of the frames, see :class:`ApexSpotter`.

        Returns:
            The intervals with the curve of the video, and a prediction for each interval. An
            interval in which no apex can be found has None instead, and a message says why.

        Raises:
            FileNotFoundError: If the video does not exist.
            ValueError: If the video cannot be read, is too short, or shows no face.

        Example:
            >>> least, most = frame_limits(200)
            >>> options = IntervalOptions(least=least, most=most)
            >>> spotted, found = inferencer.spot('SAMM_longvideos/006_2', options)
            >>> [(one.spotted.onset, one.face.label) for one in found]
            [(1876, 'surprise'), (2469, 'surprise')]
        """
        video = open_clip(video)
        spotter = IntervalSpotter(options, self.landmarker, self.detector, self.face)
        spotted = spotter(video, landmarks)
        found: list[MicroExpression | None] = []
        for first, last in spotted.intervals:
            try:
                found.append(self(video, first, last, landmarks))
            except ValueError as error:
                said = f'Frames {first} to {last} have no class: {error}'
                spotted = replace(spotted, messages=(*spotted.messages, said))
                found.append(None)
        return spotted, found

    def _from_motion(self, clip: Clip, spotted: ApexResult) -> MicroExpression:
        """The prediction of a model that reads the motion from the onset to the apex."""
        points = spotted.landmarks.astype(np.float32)
        known = np.ones(len(points), np.float32)
        box = np.concatenate([points.min(axis=0), points.max(axis=0)])
        # A first frame of noise, or of another person, would be the largest motion.
        onset = spotted.onset if spotted.first_face is None else spotted.first_face
        (reader, *_) = readers_of(self.reader.loaded.config.test_dataloader.dataset)
        between = numbers_between(clip.numbers, onset, spotted.apex, reader.get('between', 0))
        sample = {
            'img': np.ascontiguousarray(_in_color(clip, spotted.apex)[..., ::-1]),
            'onset_img': np.ascontiguousarray(_in_color(clip, onset)[..., ::-1]),
            'between_imgs': [
                np.ascontiguousarray(_in_color(clip, number)[..., ::-1]) for number in between
            ],
            'landmarks': points,
            'landmark_scores': known,
            'clip': clip.name,
        }
        try:
            (scores,) = self.reader.loaded.scores([sample], 1)
        except ValueError as error:
            return MicroExpression(clip.name, spotted, None, (*spotted.messages, str(error)))
        found = Face(box.astype(float), landmarks68=points, scores68=known)
        face = FacePrediction(found, scores, unsure_below=self.reader.unsure_below)
        return MicroExpression(clip.name, spotted, face, spotted.messages)


def _in_color(clip: Clip, number: int) -> np.ndarray:
    """A frame (H, W, 3) uint8 RGB."""
    frame = clip.frame(clip.position(number, 'frame'))
    return frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2)
