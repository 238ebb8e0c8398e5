"""A second person for clips of the photograph."""

from functools import cache

import cv2
import numpy as np

from mmfer.faces.alignment import similarity_transform
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.render.scene import Person, Scene
from tests.faces.photo_clips import HEIGHT, WIDTH, photo_landmarks


@cache
def other_person() -> np.ndarray:
    """A rendered person whose face is where that of the photograph is, (340, 280, 3) uint8."""
    rendering = Renderer().render(Person(), Scene(zoom=0.8), 300)
    matrix = similarity_transform(rendering.landmarks, photo_landmarks())
    border = cv2.BORDER_REPLICATE
    return cv2.warpAffine(rendering.image, matrix, (WIDTH, HEIGHT), borderMode=border)


def another(frame: np.ndarray) -> np.ndarray:
    """A frame in which the other person's head hides the first."""
    mask = np.zeros((HEIGHT, WIDTH, 1), np.float32)
    points = photo_landmarks()
    center = tuple(points.mean(axis=0).astype(int).tolist())
    cv2.ellipse(mask, center, (85, 115), 0, 0, 360, 1.0, -1)
    return (frame * (1 - mask) + other_person() * mask).astype(np.uint8)


def covered(frame: np.ndarray) -> np.ndarray:
    """A frame with something of the color of skin before the mouth and a cheek."""
    frame = frame.copy()
    frame[190:300, 60:170] = (180, 140, 120)
    return frame


def flashed(frame: np.ndarray, levels: int) -> np.ndarray:
    """A frame that is brighter by some grey levels."""
    return np.clip(frame.astype(int) + levels, 0, 255).astype(np.uint8)
