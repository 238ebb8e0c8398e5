"""The input of the renderer, a person and a scene, and its output, a rendering."""

from dataclasses import dataclass, field

import numpy as np

Color = tuple[float, float, float]
"""Linear RGB reflectance or light, each channel about 0 to 1."""

HAIR_STYLES = ('bald', 'buzz', 'short', 'bob', 'long')
BEARD_STYLES = ('full', 'goatee', 'mustache', 'circle')
OCCLUDERS = ('sunglasses', 'medical_mask', 'hand', 'bar')


@dataclass(frozen=True)
class Person:
    """An identity: all properties that the images of one person share."""

    age: float = 0.5
    """0 newborn, 0.1875 child, 0.5 young adult (25 years), 1 old (90 years)."""
    gender: float = 0.5
    """0 female, 1 male."""
    ethnicity: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """Shares of the African, Asian and Caucasian shape; they sum to 1."""
    weight: float = 0.5
    muscle: float = 0.5
    details: dict[str, float] = field(default_factory=dict)
    """Shape targets of the head pack, such as ``nose/nose-hump-incr``, with their weights."""
    skin: Color = (0.68, 0.45, 0.36)
    lip: Color = (0.55, 0.22, 0.20)
    hair: Color = (0.13, 0.07, 0.04)
    iris: Color = (0.12, 0.07, 0.03)
    hair_style: str = 'short'
    hair_volume: float = 0.1
    fringe: bool | None = None
    """Whether hanging hair covers the forehead; None lets the seed decide."""
    brow_thickness: float = 1.0
    brow_opacity: float = 0.8
    lashes: float | None = None
    """Opacity of the lashes; None lets the gender decide."""
    beard: float = 0.0
    """Density, from 0 to 1."""
    beard_style: str = 'full'
    """One of :data:`BEARD_STYLES`; a circle is a moustache with a goatee."""
    wrinkles: float = 0.0
    eye_bags: float = 0.6
    blush: float = 0.7
    iris_radius: float = 0.5
    """Radius of the iris in radians of the eyeball; larger in babies."""
    glasses: bool = False
    teeth: bool = True
    seed: int = 0
    """Seed of the skin's and hair's texture."""


@dataclass(frozen=True)
class Scene:
    """One image of a person."""

    face_units: dict[str, float] = field(default_factory=dict)
    """Weights of the 52 ARKit face units, such as ``jawOpen`` or ``mouthSmileLeft``."""
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    """Head pose in degrees: yaw > 0 turns the face to the image's right, pitch > 0 bows it,
    roll > 0 tilts it clockwise as seen in the image."""
    zoom: float = 0.9
    """Height of the image in heights of the head with hair, which is 1.12 times the height from
    chin to crown, or with :attr:`close` in heights of the face; a smaller value gives a closer
    view."""
    close: bool = False
    """Whether the image shows the face from hairline to chin in its center, and not the head."""
    light: tuple[float, float, float] = (30.0, 30.0, 0.9)
    """Azimuth and elevation in degrees, and strength of the key light."""
    light_color: Color = (1.0, 0.97, 0.93)
    shade: float = 0.0
    """Share of the light from all around that is missing, from 0 to 1: shadows are deeper."""
    background: Color = (0.3, 0.32, 0.36)
    shirt: Color = (0.1, 0.12, 0.2)
    occluder: str | None = None
    """One of :data:`OCCLUDERS`."""
    blur: float = 0.0
    """Standard deviation of the Gaussian blur, in pixels of a 112-px image."""
    noise: float = 0.008
    """Standard deviation of the sensor noise, as a share of the full range."""
    jpeg_quality: int | None = None
    """Quality of the JPEG compression of the image; None applies no compression."""
    seed: int = 0
    """Seed of the background, the noise and the position of the occluder."""


@dataclass(frozen=True)
class Rendering:
    """An image with its exact geometry."""

    image: np.ndarray
    """(H, W, 3) uint8, RGB."""
    landmarks: np.ndarray
    """(68, 2) float32: x, y in pixels in the order of iBUG 300-W; (0, 0) is the center of the first
    pixel."""
    visible: np.ndarray
    """(68,) bool: True if a landmark is inside the image and not hidden by head, hair or occluder.
    """
    face_box: tuple[float, float, float, float]
    """x1, y1, x2, y2 in pixels: the smallest box around the face from the hairline to the chin,
    without ears and hair, clipped at the image border; occluders do not change the box."""
