"""The face of a clip: where it is, and which frames do not show it."""

from dataclasses import dataclass

import numpy as np

from mmfer.faces.clips.clip import Clip
from mmfer.faces.clips.clip_landmarks import (
    DetectedLandmarks,
    FrameLandmarks,
    SidecarLandmarks,
    given_landmarks,
)
from mmfer.faces.clips.face_presence import FacePresence
from mmfer.faces.clips.first_face import first_face
from mmfer.faces.clips.unfit_frames import UnfitFrames, unfit_frames
from mmfer.faces.detection.face_finder import Detector, Landmarker


@dataclass(frozen=True)
class ClipFace:
    """The face that is followed through a clip; frames are given by their positions.

    Attributes:
        points: (68, 2), the landmarks of the first frame with the face.
        faced: That frame.
        shown: The first frame from there on that is not unfit.
        presence: Decides whether a frame shows the face.
        unfit: The frames that are left out.
        messages: Warnings.
    """

    points: np.ndarray
    faced: int
    shown: int
    presence: FacePresence
    unfit: UnfitFrames
    messages: tuple[str, ...]


def landmark_finder(
    clip: Clip,
    landmarks: np.ndarray | SidecarLandmarks | None,
    landmarker: Landmarker | None,
    detector: Detector,
    face: str | int,
) -> FrameLandmarks:
    """The landmarks of each frame: those given, else those that the landmarker finds.

    Raises:
        ValueError: If there are neither landmarks nor a landmarker.
    """
    if isinstance(landmarks, SidecarLandmarks):
        landmarks = landmarks.of(clip)
    if landmarks is not None:
        return given_landmarks(landmarks, clip)
    if landmarker is None:
        raise ValueError(
            f'{clip.name}: there are no landmarks and no landmarker to find them. Give either.'
        )
    return DetectedLandmarks(landmarker, detector, face)


def clip_face(
    clip: Clip,
    first: int,
    last: int,
    find: FrameLandmarks,
    detector: Detector,
    compare: bool = True,
) -> ClipFace:
    """The face of a clip from the frame ``first`` to the frame ``last``.

    Args:
        clip: The clip.
        first: Position of the first frame.
        last: Position of the last frame.
        find: The landmarks of each frame.
        detector: Decides whether a frame shows a face.
        compare: Whether to look for covered faces and other people at the place of the face.

    Raises:
        ValueError: If no frame shows a face.
    """
    judge = None if isinstance(find, DetectedLandmarks) else detector
    points, faced, messages = first_face(clip, first, last, find, judge)
    presence = FacePresence(detector, clip.frame(faced), points)
    unfit = unfit_frames(clip, (faced, last), points, presence, compare)
    left_out = unfit.all
    shown = next((i for i in range(faced, last + 1) if i not in left_out), faced)
    return ClipFace(points, faced, shown, presence, unfit, tuple(messages))


def check_lost(clip: Clip, lost: int, count: int, shown: int) -> None:
    """Raise ValueError if most of ``count`` frames do not show the face of the frame ``shown``."""
    if 2 * lost > count:
        raise ValueError(
            f'{clip.name}: {lost} of {count} frames do not show the face of frame '
            f'{clip.numbers[shown]}. Check the clip, or shorten it.'
        )
