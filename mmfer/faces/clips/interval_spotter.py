"""Spotting of the intervals of micro-expressions in long videos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.faces.clips.apex_curve import grey_frame
from mmfer.faces.clips.apex_registered import face_cells, filled
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.clip_face import check_lost, clip_face, landmark_finder
from mmfer.faces.clips.clip_landmarks import SidecarLandmarks, check_choice
from mmfer.faces.clips.clip_span import span_positions
from mmfer.faces.clips.intervals import IntervalOptions, streamed_intervals
from mmfer.faces.detection.face_finder import Detector, Landmarker
from mmfer.faces.detection.mtcnn import MTCNN


@dataclass(frozen=True)
class SpottedIntervals:
    """The micro-expressions of a video; frames are given by their numbers.

    Attributes:
        intervals: The first and the last frame of each, in order.
        numbers: Numbers of all frames that were searched.
        curve: (len(numbers),) float64, how strongly each frame differs from the frames around it,
            in units of what usually changes in this video; a micro-expression is a peak.
        landmarks: (68, 2), x and y in pixels in the first frame with the face.
        messages: Warnings about missing frames, frames without a face and frames that are left out.
    """

    intervals: tuple[tuple[int, int], ...]
    numbers: Sequence[int]
    curve: np.ndarray
    landmarks: np.ndarray
    messages: tuple[str, ...] = ()


class IntervalSpotter:
    """Finds the intervals in which a face changes for a short time.

    The face is registered to its first frame, and the ten regions of paper 004 without the eyelids
    are averaged to 8 x 8 cells each, as in :func:`registered_curve`. What follows is
    :func:`brief_intervals`: it needs no onset, and neither slow turns of the head nor slow changes
    of the light count. A video may have any length.

    Args:
        options: What counts as a micro-expression, by default at 30 frames/s; the numbers of
            frames depend on the frame rate, see :func:`frame_limits`.
        landmarker: Finds the landmarks of videos without given landmarks.
        detector: Finds the faces for the landmarker, and decides whether a frame shows the face;
            None uses MTCNN with its defaults.
        face: Which of several faces is followed, see :class:`DetectedLandmarks`.

    Example:
        >>> least, most = frame_limits(200)
        >>> spotter = IntervalSpotter(IntervalOptions(least=least, most=most), FaceLandmarker())
        >>> spotter('SAMM_longvideos/006_1').intervals
        ((475, 535), (778, 835), (1629, 1689))
    """

    def __init__(
        self,
        options: IntervalOptions | None = None,
        landmarker: Landmarker | None = None,
        detector: Detector | None = None,
        face: str | int = 'best',
    ) -> None:
        check_choice(face)
        self.options = options or IntervalOptions()
        self.landmarker, self.face = landmarker, face
        self.detector = detector or MTCNN()

    def __call__(
        self,
        clip: Clip | str | Path | Sequence[np.ndarray],
        landmarks: np.ndarray | SidecarLandmarks | None = None,
        first: int | None = None,
        last: int | None = None,
    ) -> SpottedIntervals:
        """Find the micro-expressions of a video.

        Args:
            clip: A folder of numbered frames, a video file, or a sequence of frames (H, W) or
                (H, W, 3) uint8, grey or RGB.
            landmarks: (68, 2) for all frames, (T, 68, 2) with NaN in frames without a face, or a
                sidecar; None detects the landmarks.
            first: Number of the first frame to search; None for the first of the video.
            last: Number of the last frame to search; None for the last of the video.

        Raises:
            FileNotFoundError: If the video does not exist.
            ValueError: If the video cannot be read, has no more frames than the longest
                micro-expression, lacks the first or last frame, shows no face, or loses it in most
                frames; or if there are neither landmarks nor a landmarker.
        """
        clip = open_clip(clip)
        start, end = span_positions(clip, first, last, ('first frame to search', 'last frame'))
        if end - start + 1 <= self.options.most:
            raise ValueError(
                f'{clip.name}: {end - start + 1} frames are too few to find a micro-expression, '
                f'which has up to {self.options.most} frames at this frame rate. Frames before and '
                'after it are needed, too. Give a longer video, or its right frame rate.'
            )
        find = landmark_finder(clip, landmarks, self.landmarker, self.detector, self.face)
        face = clip_face(clip, start, end, find, self.detector)
        count, left_out = end - start + 1, {i - start for i in face.unfit.all}
        lost: list[int] = []
        frames = map(grey_frame, clip.read(start, end + 1))
        known = grey_frame(clip.frame(face.shown))
        try:
            found = face_cells(frames, known, face.points, left_out)
            intervals, strength = streamed_intervals(filled(found, lost), self.options)
        except ValueError as error:
            raise ValueError(f'{clip.name}: {error}') from error
        check_lost(clip, len(lost), count, face.shown)
        told = {*face.unfit.flashes, *face.unfit.unlike, *range(start, face.faced)}
        face.unfit.lost = sorted({*face.unfit.lost, *(start + i for i in lost)} - told)
        numbers = clip.numbers[start : end + 1]
        return SpottedIntervals(
            tuple((numbers[a], numbers[b]) for a, b in intervals),
            numbers,
            strength,
            face.points,
            (*clip.messages, *face.messages, *face.unfit.messages(clip.numbers)),
        )
