"""A short video of a face that moves."""

from pathlib import Path

import cv2
import numpy as np

from tests.apis.model_files import ASTRONAUT


def write_film(path: Path, frames: int) -> Path:
    """Write a video of 10 frames per second in which the astronaut moves to the right."""
    image = cv2.imread(str(ASTRONAUT))
    height, width = (side - side % 2 for side in image.shape[:2])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'mp4v'), 10, (width, height))
    for number in range(frames):
        writer.write(np.roll(image, 2 * number, axis=1)[:height, :width])
    writer.release()
    return path
