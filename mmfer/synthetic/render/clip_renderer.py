"""Renders clips: one person in one scene, with an expression that appears and disappears."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from scipy import ndimage

from mmfer.synthetic.expressions.action_units import face_units
from mmfer.synthetic.expressions.disturbances import Disturbances
from mmfer.synthetic.expressions.motion_course import Course
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.render.scene import Person, Scene

OVERSIZE = 2
"""Size of key images relative to frames."""
KEY_STEP = 0.05
"""Largest step of an action unit's intensity between adjacent key images."""
LIDS = '43'
CLOSED = 0.7
"""Level of AU 43 at which the eyes of most subjects are closed."""


@dataclass(frozen=True)
class Key:
    """A key image; frames are interpolated between adjacent key images."""

    splines: np.ndarray
    """(3, N, N) float32 cubic B-spline coefficients of the image."""
    points: np.ndarray
    """(70, 2): 68 landmarks and two corners of the face box; (0, 0) is the first pixel's center."""
    visible: np.ndarray
    """(68,) float32."""

    def mixed(self, other: 'Key', share: float) -> 'Key':
        """Interpolate linearly; ``other`` has the weight ``share``."""
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
    """(68, 2): x, y; (0, 0) is the center of the first pixel."""
    visible: np.ndarray
    """(68,) bool."""
    box: tuple[float, float, float, float]
    """x1, y1, x2, y2 of the face."""


class ClipRenderer:
    """Draws clips whose sub-pixel motion is smooth.

    Key images are rendered at a few levels of the expression, twice as large as the frames. A frame
    is interpolated between the two key images around its level. One resampling step by cubic
    B-splines then applies the drift and reduces the size. Edges therefore do not jump from pixel to
    pixel, still regions do not change, and most frames need no rendering. Frames in which the eyes
    blink, and all frames of a disturbed course, are rendered one by one.

    Args:
        renderer: Draws the key images.

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
            person: The person to draw.
            scene: The scene without the expression and the blink; its ``face_units`` apply to all
                frames.
            action_units: The expression at its apex.
            course: Levels of the expression and of the blink, drift and disturbances, for each
                frame.
            height: Height of a frame in pixels.
            width: Width in pixels, at most ``height``; the middle columns are kept.

        Raises:
            ValueError: If the person or the scene has an invalid value.
        """
        steps = max(1, int(np.ceil(max(action_units.values()) / KEY_STEP - 1e-6)))

        def drawn(level: float, lids: float = 0.0, frame: int = 0) -> Key:
            shown = {au: level * x for au, x in action_units.items()} | {LIDS: CLOSED * lids}
            around = scene
            if course.disturbances is not None:
                around = disturbed(scene, course.disturbances, frame)
                for au, levels in course.disturbances.mouth.items():
                    shown[au] = shown.get(au, 0.0) + float(levels[frame])
            units = scene.face_units | face_units(shown)
            return self._key(person, replace(around, face_units=units), OVERSIZE * height)

        key = cache(lambda step: drawn(step / steps))
        frames = zip(course.level, course.lids, course.drift, strict=True)
        for frame, (level, lids, drift) in enumerate(frames):
            if lids > 0 or course.disturbances is not None:
                shown = drawn(float(level), float(lids), frame)
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


def disturbed(scene: Scene, disturbances: Disturbances, frame: int) -> Scene:
    """The scene at a frame, with its head turned and its light changed."""
    yaw, pitch = (float(v) for v in disturbances.turn[frame])
    azimuth, elevation, strength = (float(v) for v in disturbances.light[frame])
    light = scene.light
    return replace(
        scene,
        yaw=scene.yaw + yaw,
        pitch=scene.pitch + pitch,
        light=(light[0] + azimuth, light[1] + elevation, light[2] * (1 + strength)),
    )


def view(drift: np.ndarray, size: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The affine map from (row, column) of a frame to (row, column) of a key: (2, 2) and (2,)."""
    right, down, roll, growth = drift
    scale = size / height / (1 + growth)
    cos, sin = np.cos(np.radians(roll)) * scale, np.sin(np.radians(roll)) * scale
    matrix = np.array([[cos, -sin], [sin, cos]])
    middle = np.array([height / 2 - 0.5 + down * height, width / 2 - 0.5 + right * height])
    return matrix, (size - 1) / 2 - matrix @ middle


def framed(key: Key, drift: np.ndarray, height: int, width: int) -> Frame:
    """The frame (height, width) that shows a key image under a drift, see :class:`Course`."""
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
