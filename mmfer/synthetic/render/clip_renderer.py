"""Renders clips: one person in one scene, with an expression that comes and goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from scipy import ndimage

from mmfer.synthetic.expressions.action_units import face_units
from mmfer.synthetic.expressions.motion_course import Course
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.render.scene import Person, Scene

OVERSIZE = 2
"""Key pictures are this many times as large as the frames."""
KEY_STEP = 0.05
"""Largest step of an action unit's intensity between neighbouring key pictures."""
LIDS = '43'
CLOSED = 0.7
"""Level of AU 43 at which the eyes of most subjects are closed."""


@dataclass(frozen=True)
class Key:
    """A picture, larger than the frames that are interpolated between it and its neighbours."""

    splines: np.ndarray
    """(3, N, N) float32 cubic B-spline coefficients of the picture."""
    points: np.ndarray
    """(70, 2): 68 landmarks and two corners of the face's box, (0, 0) the first pixel's centre."""
    visible: np.ndarray
    """(68,) float32."""

    def mixed(self, other: 'Key', share: float) -> 'Key':
        """The key between this and another one, which has the share ``share``."""
        if share == 0:
            return self
        pairs = (
            (self.splines, other.splines),
            (self.points, other.points),
            (self.visible, other.visible),
        )
        return Key(*((1 - np.float32(share)) * a + np.float32(share) * b for a, b in pairs))


@dataclass(frozen=True)
class Frame:
    """A frame of a clip with its exact geometry."""

    image: np.ndarray
    """(H, W, 3) uint8, RGB."""
    landmarks: np.ndarray
    """(68, 2): x, y; (0, 0) is the centre of the first pixel."""
    visible: np.ndarray
    """(68,) bool."""
    box: tuple[float, float, float, float]
    """x1, y1, x2, y2 of the face."""


class ClipRenderer:
    """Draws clips whose sub-pixel motion is smooth.

    Key pictures are rendered at a few levels of the expression, twice as large as the frames. A
    frame is interpolated between the keys on either side of its level, then moved as the drift
    says and sampled down in one step by cubic B-splines. Edges thus do not jump from pixel to
    pixel, nothing changes where nothing moves, and most of a clip costs no rendering. Frames in
    which the eyes blink are rendered one by one.

    Args:
        renderer: Draws the key pictures.

    Example:
        >>> course = sample_course(np.random.default_rng(0))
        >>> clip = ClipRenderer(Renderer()).render(Person(), Scene(), {'12': 0.3}, course, 170, 140)
        >>> [frame.image.shape for frame in clip] == len(course.level) * [(170, 140, 3)]
        True
    """

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer

    def render(
        self,
        person: Person,
        scene: Scene,
        action_units: Mapping[str, float],
        course: Course,
        height: int,
        width: int,
    ) -> Iterator[Frame]:
        """Draw the frames of a clip.

        Args:
            person: Whose face it is.
            scene: All but the expression and the blink; ``face_units`` holds what stays.
            action_units: The expression at its apex.
            course: How it comes and goes.
            height: Height of a frame in pixels.
            width: Width, at most ``height``: the columns around the middle.

        Raises:
            ValueError: If a value cannot be drawn.
        """
        steps = max(1, int(np.ceil(max(action_units.values()) / KEY_STEP - 1e-6)))

        def drawn(level: float, lids: float = 0.0) -> Key:
            shown = {au: level * x for au, x in action_units.items()} | {LIDS: CLOSED * lids}
            units = scene.face_units | face_units(shown)
            return self._key(person, replace(scene, face_units=units), OVERSIZE * height)

        key = cache(lambda step: drawn(step / steps))
        for level, lids, drift in zip(course.level, course.lids, course.drift, strict=True):
            if lids > 0:
                shown = drawn(float(level), float(lids))
            else:
                below = min(int(level * steps), steps - 1)
                shown = key(below).mixed(key(below + 1), float(level * steps - below))
            yield framed(shown, drift, height, width)

    def _key(self, person: Person, scene: Scene, size: int) -> Key:
        rendering = self.renderer.render(person, scene, size)
        picture = cv2.GaussianBlur(rendering.image.astype(np.float32), (0, 0), 0.42 * OVERSIZE)
        splines = [
            ndimage.spline_filter(np.ascontiguousarray(picture[..., c]), 3, np.float32, 'mirror')
            for c in range(3)
        ]
        corners = np.reshape(rendering.face_box, (2, 2)) - 0.5
        points = np.concatenate([rendering.landmarks, corners])
        return Key(np.stack(splines), points, rendering.visible.astype(np.float32))


def view(drift: np.ndarray, size: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The affine map from (row, column) of a frame to those of a key: (2, 2) and (2,)."""
    right, down, roll, growth = drift
    scale = size / height / (1 + growth)
    cos, sin = np.cos(np.radians(roll)) * scale, np.sin(np.radians(roll)) * scale
    matrix = np.array([[cos, -sin], [sin, cos]])
    middle = np.array([height / 2 - 0.5 + down * height, width / 2 - 0.5 + right * height])
    return matrix, (size - 1) / 2 - matrix @ middle


def framed(key: Key, drift: np.ndarray, height: int, width: int) -> Frame:
    """The frame (height, width) of a key under a drift, see :class:`Course`."""
    matrix, offset = view(drift, key.splines.shape[1], height, width)
    channels = [
        ndimage.affine_transform(
            splines, matrix, offset, (height, width), np.float32, 3, 'mirror', prefilter=False
        )
        for splines in key.splines
    ]
    points = (np.linalg.inv(matrix) @ (key.points[:, ::-1] - offset).T).T[:, ::-1]
    x1, y1, x2, y2 = (float(v) for v in np.clip(points[68:], 0, (width, height)).ravel())
    return Frame(
        np.rint(np.clip(np.stack(channels, -1), 0, 255)).astype(np.uint8),
        points[:68].astype(np.float32),
        key.visible > 0.5,
        (x1, y1, x2, y2),
    )
