"""Small videos with one real face, moved over a grey ground."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmfer.faces import read_image
from tests.apis.model_files import ASTRONAUT

FACE = read_image(ASTRONAUT)[40:190, 60:190]
SIZE = (240, 400)


def scene(*places: Sequence[int]) -> np.ndarray:
    """A frame (240, 400, 3) with the face at each place (x, y), the second mirrored and darker."""
    frame = np.full((*SIZE, 3), 127, np.uint8)
    for i, (x, y) in enumerate(places):
        face = FACE if i == 0 else FACE[:, ::-1] // 4 * 3
        frame[y : y + FACE.shape[0], x : x + FACE.shape[1]] = face
    return frame


def crossing(frames: int = 12) -> list[np.ndarray]:
    """Two faces that move towards each other without touching."""
    return [scene((2 * i, 10 + i), (265 - 2 * i, 60 - i)) for i in range(frames)]


def write_video(path: Path, frames: Iterable[np.ndarray], rate: float = 25.0) -> Path:
    """Write frames as Motion-JPEG (.avi) or MPEG-4 (.mp4)."""
    codec = cv2.VideoWriter.fourcc(*('MJPG' if path.suffix == '.avi' else 'mp4v'))
    frames = list(frames)
    writer = cv2.VideoWriter(str(path), codec, rate, frames[0].shape[1::-1])
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return path
