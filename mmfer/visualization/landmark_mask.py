"""The mask of visible landmarks over a face (paper 001, figures 3 and 4)."""

import cv2
import numpy as np

from mmfer.faces.landmark_mask import visible_points
from mmfer.visualization.landmarks import draw_landmarks

DIMMED = 0.35
"""The brightness of cells outside the mask."""


def landmark_mask_views(
    image: np.ndarray,
    landmarks: np.ndarray,
    scores: np.ndarray,
    mask: np.ndarray,
    ids: tuple[int, ...],
    threshold: float,
    size: int = 224,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All landmarks, those that count, and the cells of the mask, each over the face.

    Args:
        image: (H, W, 3) uint8 RGB.
        landmarks: (68, 2), x and y in pixels of the image.
        scores: (68,), confidences; red points are hidden and green ones visible.
        mask: (h, w), 1 for cells with a visible landmark.
        ids: Numbers of the landmarks that may count.
        threshold: Smallest confidence of a landmark that counts.
        size: Width and height of the drawn images.

    Returns:
        Three images (size, size, 3) uint8 RGB, as in figure 3 a to c. Cells outside the mask are
        dark.
    """
    height, width = image.shape[:2]
    large = cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR)
    scale = np.array([size / width, size / height])
    counted = visible_points(landmarks, scores, (height, width), threshold, ids)
    radius = size / 100
    points = [(found + 0.5) * scale - 0.5 for found in (landmarks, counted)]
    cells = cv2.resize(mask.astype(np.float32), (size, size), interpolation=cv2.INTER_NEAREST)
    dark = large * (DIMMED + (1 - DIMMED) * cells[..., None])
    return (
        draw_landmarks(large, points[0], scores, radius),
        draw_landmarks(large, points[1], radius=radius),
        dark.round().astype(np.uint8),
    )
