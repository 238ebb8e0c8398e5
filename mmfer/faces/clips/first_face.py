"""The first frame of a clip that shows the face."""

import numpy as np

from mmfer.faces.clips.clip import Clip
from mmfer.faces.clips.clip_landmarks import FrameLandmarks
from mmfer.faces.clips.face_appearance import FaceAppearance
from mmfer.faces.clips.face_presence import box_of, is_face
from mmfer.faces.detection.face_finder import Detector


def first_face(
    clip: Clip, first: int, last: int, find: FrameLandmarks, detector: Detector | None = None
) -> tuple[np.ndarray, int, list[str]]:
    """The landmarks of the first frame with a face, from the onset on.

    Args:
        clip: The clip.
        first: Position of the onset.
        last: Position of the offset.
        find: The landmarks of each frame.
        detector: Decides whether a frame shows a face at known landmarks, which may lie on a black
            frame or on noise; None if the landmarks were found in the frame.

    Returns:
        The landmarks (68, 2), the position of the frame, and a warning about earlier frames.

    Raises:
        ValueError: If no frame has landmarks.
    """
    for position, frame in enumerate(clip.read(first, last + 1), first):
        points = find(position, frame)
        if points is not None:
            break
    else:
        raise ValueError(
            f'{clip.name}: no face in any frame from {clip.numbers[first]} to '
            f'{clip.numbers[last]}. Check the clip, or give its landmarks.'
        )
    if detector is not None:
        points, position = _shown(clip, position, last, find, detector) or (points, position)
    if position == first:
        return points, position, []
    named = f'frame {clip.numbers[first]}'
    if position > first + 1:
        named = f'frames {clip.numbers[first]} to {clip.numbers[position - 1]}'
    taken = clip.numbers[position]
    return points, position, [f'No face in {named}: frame {taken}, the first with a face, is used.']


def _shown(
    clip: Clip, start: int, last: int, find: FrameLandmarks, detector: Detector
) -> tuple[np.ndarray, int] | None:
    """The landmarks and the position of the first frame that shows a face; None to take ``start``.

    A drawing is no face to the detector, and a weak one is in some frames only; so the first frame
    also counts if it looks like the frame with the face.
    """
    for position, frame in enumerate(clip.read(start, last + 1), start):
        points = find(position, frame)
        if points is None or not is_face(detector, frame, box_of(points)):
            continue
        if position > start:
            before = find(start, clip.frame(start))
            look = FaceAppearance(frame, points)
            if before is None or look.compare(clip.frame(start), before, learn=False).same:
                return None
        return points, position
    return None
