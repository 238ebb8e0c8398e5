"""Registration: head movement between the frames of a clip is estimated and removed."""

import cv2
import numpy as np

from mmfer.faces.clips.eyelids import beside_eyelids

POINTS = 8000
"""Approximate number of face pixels to compare."""
LEAST_ALIKE = 0.5
"""Below this correlation with the reference frame inside the box, the face counts as lost."""
BLUR = 1.0
"""Standard deviation, in pixels, of the Gaussian filter applied to every frame."""


class FaceRegistration:
    """Registers the frames of a clip to a reference frame by a similarity, from pixels of the face.

    Gauss-Newton steps with the gradients of the reference frame estimate the shift, rotation,
    scale, gain and offset of each frame. The comparison uses the box around the landmarks without
    the eyelids. Each search starts from the pose of the previous frame, so frames must come in
    order.

    Args:
        reference: The reference frame, (H, W) float32.
        landmarks: (68, 2), the landmarks of the reference frame in pixels.
        iterations: Number of steps for each frame.

    Raises:
        ValueError: If the box around the landmarks is too small, or all its pixels are equal.
    """

    def __init__(self, reference: np.ndarray, landmarks: np.ndarray, iterations: int = 3) -> None:
        height, width = reference.shape
        x1, y1 = np.maximum(np.floor(landmarks.min(axis=0)), 1).astype(int)
        x2, y2 = np.minimum(np.ceil(landmarks.max(axis=0)), [width - 1, height - 1]).astype(int)
        if x2 - x1 < 8 or y2 - y1 < 8:
            raise ValueError(
                f'The box around the landmarks has {x2 - x1} x {y2 - y1} pixels inside the frame '
                f'of {width} x {height}, too few to follow the head. Check the landmarks.'
            )
        step = max(1, round(((x2 - x1) * (y2 - y1) / POINTS) ** 0.5))
        rows, columns = slice(y1, y2, step), slice(x1, x2, step)
        self.corner, self.step = np.array([x1, y1]), step
        self.iterations = iterations
        self.pose = np.zeros(4)
        self.center = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
        first = blurred(reference)
        down, along = (g[rows, columns].ravel() for g in np.gradient(first))
        y, x = np.mgrid[rows, columns].reshape(2, -1).astype(float)
        x, y = x - self.center[0], y - self.center[1]
        self.face = first[rows, columns]
        pattern = _pattern(self.face)
        if pattern is None:
            raise ValueError(
                'All pixels in the box around the landmarks of the first frame are equal, so the '
                'head cannot be followed. Begin with a frame that shows the face.'
            )
        self.pattern = pattern
        effects = [along, down, along * x + down * y, down * x - along * y]
        light = [self.face.ravel(), np.ones(self.face.size)]
        still = beside_eyelids(landmarks, reference.shape)[rows, columns].ravel()
        self.solver = np.zeros((4, self.face.size), dtype=np.float32)
        self.solver[:, still] = np.linalg.pinv(np.stack([*effects, *light], axis=1)[still])[:4]

    def align(self, frame: np.ndarray) -> np.ndarray | None:
        """Move the head of the next frame to its position in the reference frame.

        Returns:
            (H, W) float32, slightly blurred, or None if the face is lost. After a lost face, the
            search starts from the last pose of the face.
        """
        frame, pose = blurred(frame), self.pose
        for _ in range(self.iterations):
            face = self._warped(frame, self.face.shape, self.corner, self.step)
            self.pose = self.pose - self.solver @ (face - self.face).ravel()
        found = _pattern(face)
        if found is None or found @ self.pattern < LEAST_ALIKE:
            self.pose = pose
            return None
        return self._warped(frame, frame.shape, np.zeros(2), 1)

    def _warped(
        self, frame: np.ndarray, size: tuple[int, ...], corner: np.ndarray, step: int
    ) -> np.ndarray:
        """Every ``step``-th pixel of the registered frame, beginning at ``corner``."""
        scaled, turned = 1 + self.pose[2], self.pose[3]
        turn = np.array([[scaled, -turned], [turned, scaled]])
        shift = self.center + self.pose[:2] + turn @ (corner - self.center)
        return cv2.warpAffine(
            frame,
            np.column_stack([turn * step, shift]),
            size[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


def _pattern(face: np.ndarray) -> np.ndarray | None:
    """Grey values with mean 0 and norm 1; None if all values are equal."""
    values = (face - face.mean()).ravel()
    norm = np.linalg.norm(values)
    return values / norm if norm > 1e-3 * np.sqrt(values.size) else None


def blurred(frame: np.ndarray) -> np.ndarray:
    """A frame (H, W) after the Gaussian filter that precedes registration."""
    return cv2.GaussianBlur(frame, (0, 0), BLUR)
