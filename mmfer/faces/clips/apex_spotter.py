"""Apex spotting with only a few frames in memory (paper 004, section 3.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmfer.faces.clips.apex_choice import (
    LEAST_RISE,
    last_shown,
    rise,
    shown_apex,
    without_unfit,
)
from mmfer.faces.clips.apex_curve import (
    RegionPixels,
    check_eps,
    grey_frame,
    region_change,
    with_neighbour,
)
from mmfer.faces.clips.apex_regions import apex_regions
from mmfer.faces.clips.apex_registered import registered_curve
from mmfer.faces.clips.apex_result import ApexResult
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.clip_face import check_lost, clip_face, landmark_finder
from mmfer.faces.clips.clip_landmarks import (
    DetectedLandmarks,
    FrameLandmarks,
    SidecarLandmarks,
    check_choice,
)
from mmfer.faces.clips.clip_span import span_positions
from mmfer.faces.detection.face_finder import Detector, Landmarker
from mmfer.faces.detection.mtcnn import MTCNN

__all__ = ['LANDMARKS', 'METHODS', 'ApexResult', 'ApexSpotter']

METHODS = ('ratio', 'registered')
LANDMARKS = ('onset', 'per_frame')


class ApexSpotter:
    """Finds the apex frame of a clip from the ten regions around its landmarks.

    The method ``ratio`` is eq. 5-6 of the paper, see :func:`apex_curve`. The method ``registered``
    registers the head and averages noise, see :func:`registered_curve`; it is far more accurate
    under noise and head movement. Only a few frames are in memory at any time. A frame that does
    not show the face, a flash, a covered face and another person are never the apex, see
    :func:`unfit_frames`.

    Args:
        method: ``ratio`` or ``registered``.
        eps: Distance in frames to the earlier frame in eq. 5. ``registered`` ignores ``eps`` and
            ``use_offset``.
        use_offset: Whether to add the second term of eq. 6.
        landmarks: ``onset`` keeps the regions of the onset frame; ``per_frame``, for ``ratio``
            only, follows the landmarks of each frame.
        landmarker: Finds the landmarks of clips without given landmarks.
        detector: Finds the faces for the landmarker, and decides whether a frame shows the face;
            None uses MTCNN with its defaults.
        face: Which of several faces is followed, see :class:`DetectedLandmarks`.

    Raises:
        ValueError: If an option is unknown, or ``registered`` is combined with ``per_frame``.

    Example:
        >>> spotter = ApexSpotter('registered', landmarker=FaceLandmarker())
        >>> spotter('CASME2_RAW_selected/sub01/EP02_01f', onset=46, offset=86).apex
        59
    """

    def __init__(
        self,
        method: str = 'ratio',
        eps: int = 1,
        use_offset: bool = True,
        landmarks: str = 'onset',
        landmarker: Landmarker | None = None,
        detector: Detector | None = None,
        face: str | int = 'best',
    ) -> None:
        for name, value, known in (
            ('method', method, METHODS),
            ('landmarks', landmarks, LANDMARKS),
        ):
            if value not in known:
                raise ValueError(f'{name}={value!r} is unknown. Choose one of {", ".join(known)}.')
        if method == 'registered' and landmarks != 'onset':
            raise ValueError(
                'The method "registered" follows the head itself. Set landmarks to "onset".'
            )
        check_choice(face)
        check_eps(eps)
        self.method, self.eps, self.use_offset, self.landmarks = method, eps, use_offset, landmarks
        self.landmarker, self.detector, self.face = landmarker, detector or MTCNN(), face

    def __call__(
        self,
        clip: Clip | str | Path | Sequence[np.ndarray],
        landmarks: np.ndarray | SidecarLandmarks | None = None,
        onset: int | None = None,
        offset: int | None = None,
    ) -> ApexResult:
        """Find the apex of a clip.

        Args:
            clip: A folder of numbered frames, a video file, or a sequence of frames (H, W) or
                (H, W, 3) uint8, grey or RGB.
            landmarks: (68, 2) for all frames, (T, 68, 2) with NaN in frames without a face, or a
                sidecar; None detects the landmarks.
            onset: Number of the first frame of the expression; None for the first frame of the
                clip.
            offset: Number of the last frame of the expression; None for the last frame of the
                clip.

        Returns:
            The apex, the curve, the regions and warnings.

        Raises:
            FileNotFoundError: If the clip does not exist.
            ValueError: If the clip cannot be read, lacks the onset or offset frame, has fewer than
                three frames from onset to offset, or shows no face; or if there are neither
                landmarks nor a landmarker.
        """
        clip = open_clip(clip)
        first, last = span_positions(clip, onset, offset)
        find = landmark_finder(clip, landmarks, self.landmarker, self.detector, self.face)
        found = clip_face(clip, first, last, find, self.detector, self.landmarks == 'onset')
        points, shown, presence, unfit = found.points, found.shown, found.presence, found.unfit
        messages, left_out = list(found.messages), unfit.all
        if self.method == 'registered':
            curve, lost = self._registered(clip, first, last, points, shown, left_out)
        else:
            end = last
            if self.use_offset:
                end = last_shown(clip, shown, last, presence, points, left_out)
            if end < last:
                messages.append(
                    f'No usable face in the offset, frame {clip.numbers[last]}: frames are '
                    f'compared with frame {clip.numbers[end]} instead.'
                )
            begins = first not in left_out and presence(clip.frame(first), points)
            ends = (first if begins else shown, end)
            curve, points, lost = self._ratio(clip, first, last, ends, find, points, left_out)
        if isinstance(find, DetectedLandmarks):
            messages += find.messages
            unfit.unlike += find.unlike
        out = [*lost, *(i - first for i in left_out)]
        curve, apex, faceless = shown_apex(clip, first, curve, out, presence, points)
        told = {*unfit.flashes, *unfit.unlike, *range(first, found.faced)}
        unfit.lost = sorted({*unfit.lost, *(first + i for i in [*lost, *faceless])} - told)
        messages += unfit.messages(clip.numbers)
        if rise(curve, self.method) < LEAST_RISE[self.method]:
            messages.append(
                f'Nothing moves between frames {clip.numbers[first]} and {clip.numbers[last]}: the '
                'apex is a guess.'
            )
        apex += first
        return ApexResult(
            apex=clip.numbers[apex],
            onset=clip.numbers[first],
            offset=clip.numbers[last],
            numbers=clip.numbers[first : last + 1],
            curve=curve,
            landmarks=points,
            regions=apex_regions(points, clip.frame(apex).shape[:2]),
            messages=(*clip.messages, *messages),
            first_face=clip.numbers[shown],
        )

    def _registered(
        self,
        clip: Clip,
        first: int,
        last: int,
        points: np.ndarray,
        shown: int,
        left_out: Sequence[int],
    ) -> tuple[np.ndarray, list[int]]:
        """The curve, and the frames without the face; the first face is at position ``shown``."""
        count = last - first + 1

        def frames() -> Iterator[np.ndarray]:
            return map(grey_frame, clip.read(first, last + 1))

        try:
            unfit = {i - first for i in left_out}
            curve, lost = registered_curve(frames, count, points, shown - first, unfit)
        except ValueError as error:
            raise ValueError(f'{clip.name}: {error}') from error
        check_lost(clip, len(lost), count, shown)
        return curve, lost

    def _ratio(
        self,
        clip: Clip,
        first: int,
        last: int,
        ends: Sequence[int],
        find: FrameLandmarks,
        points: np.ndarray,
        left_out: Sequence[int],
    ) -> tuple[np.ndarray, np.ndarray, list[int]]:
        """The curve of changes from the frames ``ends``, its best landmarks, and lost frames."""
        ends = ends if self.use_offset else ends[:1]
        references = [grey_frame(clip.frame(position)) for position in ends]
        start = max(0, first - self.eps)
        frames = self._followed(clip, start, first, last, find, points)
        curve: list[float] = []
        lost: list[int] = []
        best, highest = -np.inf, points
        pairs = with_neighbour(frames, self.eps)
        for position, (frame, neighbour) in enumerate(pairs, start):
            if position < first:
                continue
            change = region_change(frame.grey, neighbour.grey, references, frame.pixels)
            if change > best and position not in left_out:
                best, highest = change, frame.landmarks
            curve.append(change)
            if frame.lost:
                lost.append(position - first)
        return without_unfit(np.array(curve), [i - first for i in left_out]), highest, lost

    def _followed(
        self,
        clip: Clip,
        start: int,
        first: int,
        last: int,
        find: FrameLandmarks,
        points: np.ndarray,
    ) -> 'Iterator[_Followed]':
        pixels = None
        for position, frame in enumerate(clip.read(start, last + 1), start):
            lost = False
            if self.landmarks == 'per_frame' and position >= first:
                found = find(position, frame)
                lost, points = found is None, points if found is None else found
                pixels = pixels if lost else None
            size = frame.shape[:2]
            pixels = pixels or RegionPixels(apex_regions(points, size), size)
            yield _Followed(grey_frame(frame), pixels, points, lost)


@dataclass(frozen=True)
class _Followed:
    grey: np.ndarray
    pixels: RegionPixels
    landmarks: np.ndarray
    lost: bool
