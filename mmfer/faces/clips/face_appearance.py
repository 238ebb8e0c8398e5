"""How the face of one person looks in a clip: other people, covered faces, flashes."""

from typing import NamedTuple

import cv2
import numpy as np

from mmfer.faces.alignment import FIVE_POINT_TEMPLATE, similarity_transform, warp

SIDE = 48
"""Side in pixels of the aligned crops that are compared."""
CORNER, WIDTH = (4.0, 20.0), 104.0
"""Upper left corner and width of the crop in ArcFace's crop; this one reaches below the chin."""
MARGIN = 6
"""Largest shift in pixels of a crop from one frame to the next."""
BLOCKS = 4
"""Number of blocks along each side of a crop."""
LEAST_ALIKE = 0.9
"""Below this correlation with the earlier frames, a crop shows another person."""
MOST_CHANGED = 0.45
"""Largest change in a block, in standard deviations of the face, of a face that is not covered."""
LEAST_CONTRAST = 2.0
"""Standard deviation in grey levels below which a crop has no look."""
LEARNED = 0.1
"""Weight of a new frame in the running mean of the crops."""
OUTLIER = 2.0
"""Standard deviations above which a pixel does not count for gain and offset."""


class Likeness(NamedTuple):
    """How much a frame looks like the earlier frames of a person.

    Args:
        alike: The correlation of the aligned grey crops without the eyes, -1 to 1.
        changed: The largest root mean square change in a block of the crop, in standard deviations
            of the face; gain and offset of the light do not count.
        shift: x and y in pixels of the frame by which the face has moved from the landmarks.
    """

    alike: float
    changed: float
    shift: np.ndarray

    @property
    def same(self) -> bool:
        """Whether the crop shows the same face, uncovered."""
        return self.alike >= LEAST_ALIKE and self.changed <= MOST_CHANGED


class FaceAppearance:
    """The look of the face of one person, from the frames so far.

    Crops of :data:`SIDE` pixels are aligned by the landmarks and shifted to where they fit best.
    Their running mean is the look. Eyes do not count, because they blink. The limits of
    :attr:`Likeness.same` were chosen on renderings of ten people and measured on ten others, see
    ``docs/micro_expressions.md``. A face without contrast looks like every face.

    Args:
        image: (H, W) or (H, W, 3) uint8, a frame that shows the face.
        points: (68, 2), the landmarks of the face.
    """

    def __init__(self, image: np.ndarray, points: np.ndarray) -> None:
        y, x = np.mgrid[:SIDE, :SIDE]
        target = _target(0)
        self.counted = np.ones((SIDE, SIDE), bool)
        for eye in target[:2]:
            self.counted &= (np.abs(x - eye[0]) > SIDE / 7) | (np.abs(y - eye[1]) > SIDE / 11)
        self.mean = _crop(image, points)[MARGIN:-MARGIN, MARGIN:-MARGIN]

    def compare(self, image: np.ndarray, points: np.ndarray, learn: bool = True) -> Likeness:
        """Compare the face at landmarks (68, 2) with the look; ``learn`` adds a face that fits."""
        crop = _crop(image, points)
        expected = self.mean[self.counted]
        spread = float(expected.std())
        if spread < LEAST_CONTRAST:
            return Likeness(1.0, 0.0, np.zeros(2))
        fits = cv2.matchTemplate(crop, self.mean, cv2.TM_CCOEFF_NORMED)
        down, right = np.unravel_index(np.argmax(fits), fits.shape)
        found = crop[down : down + SIDE, right : right + SIDE]
        values = found[self.counted]
        alike = float(np.corrcoef(values, expected)[0, 1]) if values.std() > 0 else 0.0
        gain, offset = _light_change(values, expected)
        change = gain * found + offset - self.mean
        squares = _blocks(np.where(self.counted, change**2, 0))
        shares = _blocks(self.counted.astype(np.float32))
        changed = float(np.sqrt((squares / np.maximum(shares, 0.5)).max())) / spread
        turned = similarity_transform(_five(points), _target(0))[:, :2]
        shift = np.linalg.solve(turned, np.array([right, down], float) - MARGIN)
        result = Likeness(alike, changed, shift)
        if learn and result.same:
            self.mean = self.mean + np.float32(LEARNED) * change
        return result


def _five(points: np.ndarray) -> np.ndarray:
    """Eyes, tip of the nose and corners of the mouth, (5, 2)."""
    eyes = [points[36:42].mean(axis=0), points[42:48].mean(axis=0)]
    return np.stack([*eyes, points[30], points[48], points[54]])


def _target(margin: int) -> np.ndarray:
    """The five points in a crop with a margin on each side, from its upper left corner."""
    return (FIVE_POINT_TEMPLATE - CORNER) * (SIDE / WIDTH) + margin


def _crop(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The aligned face with a margin, (SIDE + 2 MARGIN) squared, float32 grey values."""
    # (0, 0) is the center of the first pixel.
    matrix = similarity_transform(_five(points) + 0.5, _target(MARGIN))
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    crop = warp(grey, matrix, SIDE + 2 * MARGIN)
    return cv2.GaussianBlur(crop.astype(np.float32), (0, 0), 0.8)


def _light_change(values: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
    """Gain and offset from ``values`` to ``expected`` by least squares, twice, without outliers."""
    kept = np.ones(len(values), bool)
    gain = offset = 0.0
    for _ in range(3):
        x, y = values[kept], expected[kept]
        spread = float(x.var())
        gain = float(np.mean((x - x.mean()) * (y - y.mean()))) / spread if spread > 1 else 0.0
        offset = float(y.mean() - gain * x.mean())
        errors = np.abs(gain * values + offset - expected)
        limit = OUTLIER * 1.4826 * float(np.median(errors)) + 1e-6
        kept = errors <= limit
    return gain, offset


def _blocks(values: np.ndarray) -> np.ndarray:
    return cv2.resize(values, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
