"""Head movement between the frames of a clip, found and taken back."""

import cv2
import numpy as np

from mmfer.faces.clips.eyelids import beside_eyelids

POINTS = 8000
"""About as many pixels of the face are compared."""
LEAST_ALIKE = 0.5
"""A frame with a lower correlation to the first one, inside the box, does not show the face."""
BLUR = 1.0
"""Standard deviation, in pixels, of the filter that every frame goes through first."""


class FaceRegistration:
    """Lays each frame of a clip on a first one, by a similarity found from the pixels of the face.

    The shift, rotation, scale, gain and offset that bring a frame nearest to the first one, in the
    box around its landmarks but for the eyelids, are found by Gauss-Newton steps with the gradients
    of the first frame. Each search starts from the pose of the frame before: frames come in order.

    Args:
        reference: The first frame, (H, W) float32.
        landmarks: (68, 2), its landmarks in pixels.
        iterations: Steps for each frame.

    Raises:
        ValueError: If the landmarks leave no box inside the frame, or it is all of one grey.
    """

    def __init__(self, reference: np.ndarray, landmarks: np.ndarray, iterations: int = 3) -> None:
        height, width = reference.shape
        x1, y1 = np.maximum(np.floor(landmarks.min(axis=0)), 1).astype(int)
        x2, y2 = np.minimum(np.ceil(landmarks.max(axis=0)), [width - 1, height - 1]).astype(int)
        if x2 - x1 < 8 or y2 - y1 < 8:
            raise ValueError(
                f'The landmarks leave a box of {x2 - x1} x {y2 - y1} pixels inside the frame of '
                f'{width} x {height}, too few to follow the head. Check the landmarks.'
            )
        step = max(1, round(((x2 - x1) * (y2 - y1) / POINTS) ** 0.5))
        rows, columns = slice(y1, y2, step), slice(x1, x2, step)
        self.corner, self.step = np.array([x1, y1]), step
        self.iterations = iterations
        self.pose = np.zeros(4)
        self.centre = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
        first = blurred(reference)
        down, along = (g[rows, columns].ravel() for g in np.gradient(first))
        y, x = np.mgrid[rows, columns].reshape(2, -1).astype(float)
        x, y = x - self.centre[0], y - self.centre[1]
        self.face = first[rows, columns]
        pattern = _pattern(self.face)
        if pattern is None:
            raise ValueError(
                'The first frame is of one grey in the box around its landmarks, so that no head '
                'can be followed. Begin with a frame that shows the face.'
            )
        self.pattern = pattern
        effects = [along, down, along * x + down * y, down * x - along * y]
        light = [self.face.ravel(), np.ones(self.face.size)]
        still = beside_eyelids(landmarks, reference.shape)[rows, columns].ravel()
        self.solver = np.zeros((4, self.face.size), dtype=np.float32)
        self.solver[:, still] = np.linalg.pinv(np.stack([*effects, *light], axis=1)[still])[:4]

    def align(self, frame: np.ndarray) -> np.ndarray | None:
        """Lay the head of the next frame where it was at first.

        Returns:
            (H, W) float32, slightly blurred, or None if the face is lost: the next frame is begun
            with the pose of the last one that showed it.
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
        """Every ``step``-th pixel of the frame with the head laid back, from a corner on."""
        scaled, turned = 1 + self.pose[2], self.pose[3]
        turn = np.array([[scaled, -turned], [turned, scaled]])
        shift = self.centre + self.pose[:2] + turn @ (corner - self.centre)
        return cv2.warpAffine(
            frame,
            np.column_stack([turn * step, shift]),
            size[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


def _pattern(face: np.ndarray) -> np.ndarray | None:
    """Grey values without mean and of norm 1; None if all are one."""
    values = (face - face.mean()).ravel()
    norm = np.linalg.norm(values)
    return values / norm if norm > 1e-3 * np.sqrt(values.size) else None


def blurred(frame: np.ndarray) -> np.ndarray:
    """A frame (H, W) as it is before it is laid on another."""
    return cv2.GaussianBlur(frame, (0, 0), BLUR)
