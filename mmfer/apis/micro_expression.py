"""The micro-expression of a clip: its apex frame, and the class that a model reads there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from mmfer.apis.inferencer import FacePrediction, FERInferencer
from mmfer.faces import MTCNN, ApexResult, ApexSpotter, FaceLandmarker, SidecarLandmarks
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.detection.face_finder import Landmarker


@dataclass(frozen=True)
class MicroExpression:
    """What was found in a clip.

    Attributes:
        clip: What the clip is called.
        spotted: The apex with its curve and regions, see :class:`ApexResult`.
        face: The face in the apex frame with its class and scores; None if none was found.
        messages: What was odd.
    """

    clip: str
    spotted: ApexResult
    face: FacePrediction | None
    messages: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and texts, for JSON."""
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
    """Finds a clip's apex frame and reads its expression with a trained model.

    Args:
        config: A config file, or the config.
        checkpoint: Weights trained with that config.
        device: Where the networks run.
        method: How the apex is found: ``registered`` or ``ratio``, see :class:`ApexSpotter`.
        detector: Anything with MTCNN's ``detect``; MTCNN with its defaults if None.
        landmarker: Anything with FaceLandmarker's ``detect``; that with its defaults if None.

    Raises:
        FileNotFoundError: If the config or the checkpoint is not there.
        ValueError: If one cannot be read, they do not fit each other, or the method is unknown.

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
    ) -> None:
        detector = detector or MTCNN()
        landmarker = landmarker or FaceLandmarker(device=device)
        self.spotter = ApexSpotter(method, landmarker=landmarker, detector=detector)
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
        """Find the apex of a clip and read its expression.

        Args:
            clip: A folder of numbered frames, a video file, or a sequence of frames (H, W) or
                (H, W, 3) uint8, grey or RGB.
            onset: Number of the first frame of the expression; the clip's first if None.
            offset: Number of its last frame; the clip's last if None.
            landmarks: Those of the frames where known, see :class:`ApexSpotter`.
            detect: Cut the face out of the apex frame; otherwise the frame is a face crop.

        Raises:
            FileNotFoundError: If there is no such clip.
            ValueError: If the clip cannot be read, is too short, lacks onset or offset, or shows
                no face.
        """
        clip = open_clip(clip)
        spotted = self.spotter(clip, landmarks, onset, offset)
        frame = clip.frame(clip.position(spotted.apex, 'apex'))
        image = frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2)
        (prediction,) = self.reader.predict([image], detect)
        # Of several faces, that to which the landmarks belong.
        center = spotted.landmarks.mean(axis=0)
        face = min(
            prediction.faces,
            key=lambda found: float(np.abs(found.face.bbox.reshape(2, 2).mean(0) - center).sum()),
            default=None,
        )
        lost = () if face else (f'No face found in the apex frame, {spotted.apex}: no class.',)
        return MicroExpression(clip.name, spotted, face, (*spotted.messages, *lost))
