"""Frames of a clip that cannot be the apex: flashes, covered faces, other people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from mmfer.faces.clips.apex_curve import grey_frame
from mmfer.faces.clips.apex_result import some_frames
from mmfer.faces.clips.clip import Clip
from mmfer.faces.clips.face_appearance import LEAST_CONTRAST, FaceAppearance
from mmfer.faces.clips.face_presence import FacePresence

SIDE = 7
"""Frames on each side of a frame with which its light is compared; a flash has at most four."""
BLOCKS = 8
"""Number of blocks along each side of a frame; the median block decides, not a moving hand."""
LEAST_FLASH = 0.03
"""Smallest jump of the light that is a flash, as a share of the light."""
FLICKER = 6.0
"""Smallest flash, in standard deviations of the jumps in other frames."""
TOO_DIFFERENT = (
    'Most frames differ much from the first, so covered faces and other people are not looked for.'
)


@dataclass
class UnfitFrames:
    """Positions of frames that cannot be the apex, by the reason.

    Attributes:
        flashes: The light jumps for a few frames.
        unlike: The face is covered, or another person is shown.
        lost: No face is shown.
        note: A warning about frames that could not be compared.
    """

    flashes: list[int] = field(default_factory=list)
    unlike: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    note: str | None = None

    @property
    def all(self) -> list[int]:
        """All positions, ascending."""
        return sorted({*self.flashes, *self.unlike, *self.lost})

    def messages(self, numbers: Sequence[int]) -> list[str]:
        """A sentence for each reason, with the numbers of the frames."""
        reasons = (
            (self.flashes, 'The light jumps in {}: left out.'),
            (self.unlike, 'The face is covered, or another person is shown, in {}: left out.'),
            (self.lost, 'No face in {}: the previous frame is used instead.'),
        )
        notes = [] if self.note is None else [self.note]
        return notes + [
            text.format(f'{len(found)} frames ({some_frames([numbers[i] for i in sorted(found)])})')
            for found, text in reasons
            if found
        ]


def flash_frames(frames: Iterable[np.ndarray]) -> list[int]:
    """Positions of frames that are brighter or darker than the frames before and after them.

    Frames without contrast, such as black ones, do not count.

    Args:
        frames: (H, W) or (H, W, 3) uint8, in order.
    """
    lights = {i: _light(frame) for i, frame in enumerate(frames)}
    shown = {i: light for i, light in lights.items() if light is not None}
    if not shown:
        return []
    light = np.stack(list(shown.values()))
    jumps = np.array([_jump(light, i) for i in range(len(light))])
    limit = max(LEAST_FLASH, FLICKER * 1.4826 * float(np.median(jumps)))
    return [i for i, jump in zip(shown, jumps, strict=True) if jump > limit]


def _light(frame: np.ndarray) -> np.ndarray | None:
    """The logarithm of the mean grey value of each block; None for a frame without contrast."""
    grey = grey_frame(frame)
    if grey.std() < LEAST_CONTRAST:
        return None
    blocks = cv2.resize(grey, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
    return np.log(blocks.ravel() + 1)


def _jump(light: np.ndarray, i: int) -> float:
    """By how much the light of frame ``i`` differs from both sides, in the same direction."""
    sides = [light[max(0, i - SIDE) : i], light[i + 1 : i + 1 + SIDE]]
    # At the ends of a clip, one side decides.
    full = [side for side in sides if len(side) > SIDE // 2 - 1]
    steps = [float(np.median(light[i] - np.median(side, axis=0))) for side in full]
    agree = steps and all(step * steps[0] > 0 for step in steps)
    return min(map(abs, steps)) if agree else 0.0


def unlike_frames(
    frames: Iterable[np.ndarray], points: np.ndarray, skipped: Iterable[int]
) -> list[int]:
    """Positions of frames whose face differs from the faces of the frames before them.

    Args:
        frames: (H, W) or (H, W, 3) uint8, in order; the first that is not skipped shows the face.
        points: (68, 2), the landmarks of the face in this frame; the face is followed from there.
        skipped: Positions of frames that are not compared.
    """
    look: FaceAppearance | None = None
    unlike = []
    known = set(skipped)
    for i, frame in enumerate(frames):
        if i in known:
            continue
        look = look or FaceAppearance(frame, points)
        found = look.compare(frame, points)
        if found.same:
            points = points + found.shift
        else:
            unlike.append(i)
    return unlike


def unfit_frames(
    clip: Clip,
    span: tuple[int, int],
    points: np.ndarray,
    presence: FacePresence,
    compare: bool = True,
) -> UnfitFrames:
    """The frames of a clip that cannot be the apex.

    Args:
        clip: The clip.
        span: Positions of the first frame with the face and of the last frame.
        points: (68, 2), the landmarks of the face in the first of them.
        presence: Decides whether a frame shows a face.
        compare: Whether to look for covered faces and other people at the place of the face.

    Returns:
        Positions in the clip. If most frames differ from the first, no frame counts as unlike.
    """
    first, last = span
    flashes = flash_frames(clip.read(first, last + 1))
    unlike = unlike_frames(clip.read(first, last + 1), points, flashes) if compare else []
    suspects = {*flashes, *unlike}
    found = UnfitFrames()
    for i, frame in enumerate(clip.read(first, last + 1) if suspects else ()):
        if i in suspects:
            kind = found.flashes if i in flashes else found.unlike
            (kind if presence(frame, points) else found.lost).append(first + i)
    if 2 * len(found.unlike) > last + 1 - first:
        found.unlike, found.note = [], TOO_DIFFERENT
    return found
