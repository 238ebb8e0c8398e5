"""Frames of a clip that cannot be the apex: flashes, covered faces, other people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import median_filter

from mmfer.faces.clips.apex_result import some_frames
from mmfer.faces.clips.clip import Clip
from mmfer.faces.clips.face_look import LEAST_CONTRAST, FaceLook
from mmfer.faces.clips.face_presence import FacePresence, box_of

WINDOW = 15
"""Frames around a frame whose median brightness is compared; a flash is shorter than half."""
LEAST_FLASH = 0.03
"""Smallest jump of the brightness that is a flash, as a share of the brightness."""
FLICKER = 6.0
"""Smallest flash, in standard deviations of the other frames from their running median."""
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


def flash_frames(frames: Iterable[np.ndarray], box: np.ndarray) -> list[int]:
    """Positions of frames in which the brightness jumps for less than half a window.

    Args:
        frames: (H, W) or (H, W, 3) uint8, in order.
        box: (4,), x1, y1, x2, y2 of the face.
    """
    x1, y1, x2, y2 = np.maximum(np.rint(box), 0).astype(int)
    part = np.s_[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
    faces = (frame[part] if frame[part].size else np.zeros(1) for frame in frames)
    measured = np.array([(face.mean(), face.std()) for face in faces])
    shown = np.flatnonzero(measured[:, 1] >= LEAST_CONTRAST)  # not black frames, nor parts
    if not shown.size:
        return []
    light = np.log(measured[shown, 0] + 1)
    # Mirrored, the first and the last frame count once.
    jumps = np.abs(light - median_filter(light, WINDOW, mode='mirror'))
    limit = max(LEAST_FLASH, FLICKER * 1.4826 * float(np.median(jumps)))
    return shown[jumps > limit].tolist()


def unlike_frames(
    frames: Iterable[np.ndarray], points: np.ndarray, skipped: Iterable[int]
) -> list[int]:
    """Positions of frames whose face does not look like that of the frames before.

    Args:
        frames: (H, W) or (H, W, 3) uint8, in order; the first that is not skipped shows the face.
        points: (68, 2), the landmarks of the face in this frame; the face is followed from there.
        skipped: Positions of frames that are not compared.
    """
    look: FaceLook | None = None
    unlike = []
    known = set(skipped)
    for i, frame in enumerate(frames):
        if i in known:
            continue
        look = look or FaceLook(frame, points)
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
    box = box_of(points)
    flashes = flash_frames(clip.read(first, last + 1), box)
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
