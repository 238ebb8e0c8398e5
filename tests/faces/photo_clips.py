"""Clips with a known apex: a photograph warped by a small movement of the face."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

PHOTO = Path(__file__).parents[1] / 'data' / 'astronaut.jpg'
WIDTH, HEIGHT = 280, 340
SCALE, LEFT, TOP = 2.0, 110, 62
_KNOWN = {
    0: (81, 103), 4: (86, 146), 8: (124, 178), 12: (160, 148), 16: (172, 105),
    17: (89.5, 90.5), 19: (100.5, 88), 21: (113, 92), 22: (138, 93), 24: (151.5, 91.5),
    26: (164, 96), 27: (125, 102), 30: (124, 125), 31: (115, 130.5), 33: (124, 133),
    35: (134, 130), 36: (93, 100.5), 37: (99, 97), 38: (106, 97.5), 39: (112, 102.5),
    40: (106, 104), 41: (99, 104), 42: (137, 103), 43: (143, 99), 44: (151, 99),
    45: (159, 104), 46: (152, 106), 47: (143, 106), 48: (104.5, 140.5), 51: (124, 140),
    54: (144, 141), 57: (124, 154), 59: (110, 148), 60: (106, 141), 62: (124, 142.5),
    64: (142, 141.5), 66: (124, 149.5), 67: (114, 147),
}  # fmt: skip
"""Some of the 68 landmarks in the photograph, by eye; those between them are interpolated."""


def photo_landmarks() -> np.ndarray:
    """The 68 landmarks in a frame without warping, (68, 2) float32."""
    known = np.array(list(_KNOWN))
    points = np.array(list(_KNOWN.values()), dtype=float)
    full = np.stack([np.interp(range(68), known, points[:, k]) for k in (0, 1)], axis=1)
    return ((full + 0.5) * SCALE - 0.5 - [LEFT, TOP]).astype(np.float32)


def movement(count: int, apex: int) -> np.ndarray:
    """The strength of the expression, 0 at both ends and 1 at the apex, (count,)."""
    i = np.arange(count)
    part = np.where(i < apex, i / apex, (count - 1 - i) / (count - 1 - apex))
    return np.sin(np.pi / 2 * part) ** 2


def photo_clip(
    count: int = 40, apex: int = 16, pixels: float = 2.0, drift: tuple[float, float] = (0, 0)
) -> np.ndarray:
    """Frames (count, 340, 280, 3) uint8 RGB in which both corners of the mouth rise and fall.

    Args:
        count: Number of frames.
        apex: The frame in which the corners are highest.
        pixels: How high that is.
        drift: How far the head has gone at the end, x and y in pixels.
    """
    photo = np.array(Image.open(PHOTO).convert('RGB'))
    big = cv2.resize(photo, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    corners = photo_landmarks()[[48, 54]]
    reach = sum(np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * 18**2)) for cx, cy in corners)
    frames = []
    for i, amount in enumerate(movement(count, apex)):
        dx, dy = np.array(drift) * i / (count - 1)
        along = LEFT + x - np.float32(dx)
        down = TOP + y - np.float32(dy) + np.float32(pixels * amount) * reach
        frames.append(cv2.remap(big, along, down.astype(np.float32), cv2.INTER_CUBIC))
    return np.stack(frames)


def write_frames(folder: Path, frames: np.ndarray, first: int = 1) -> Path:
    """Write a folder of ``img<number>.jpg``, as in CASME II."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames, first):
        Image.fromarray(frame).save(folder / f'img{number}.jpg', quality=95)
    return folder
