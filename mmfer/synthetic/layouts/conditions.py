"""Conditions: what varies between the images or clips of a rendered data set."""

from dataclasses import dataclass

from mmfer.synthetic.render.scene import OCCLUDERS

Range = tuple[float, float]

EVEN_YAW = 75.0


@dataclass(frozen=True)
class Conditions:
    """Variation between images; pairs are the ends of uniform distributions."""

    variants: bool = False
    """Whether an image draws one of all recipes of its class, not always the first."""
    intensity: Range = (0.6, 1.05)
    """Factor on all action units, gaze and head pose of the recipe."""
    jitter: float = 0.15
    """Relative standard deviation of the intensity of each action unit."""
    resting: float = 0.0
    """Largest intensity of action units that a face shows beside its expression."""
    marked: bool = False
    """Whether lips, brows and lashes are dark, and folds deep, see
    :func:`mmfer.synthetic.people.marked_people.marked`."""
    asymmetry: float = 0.12
    """Largest relative difference between the two sides of the face."""
    blend_rate: float = 0.0
    """Share of images that mix two classes."""
    blend_weight: Range = (0.2, 0.48)
    """Share of the second class in a blend; below 0.5, so that the label has the larger share."""
    yaw: float = 9.0
    """Standard deviations of yaw, pitch and roll in degrees, around the pose of the recipe."""
    pitch: float = 4.0
    roll: float = 3.0
    even_yaw: float = 0.0
    """Share of images whose yaw is drawn evenly within :data:`EVEN_YAW` degrees."""
    zoom: Range = (0.7, 0.86)
    close: bool = False
    """Whether images are centered on faces, see :attr:`Scene.close`."""
    light_azimuth: Range = (-60.0, 60.0)
    light_elevation: Range = (5.0, 50.0)
    light_strength: Range = (0.6, 1.1)
    shade: Range = (0.0, 0.0)
    """Share of the light from all around that is missing."""
    occluder_rate: float = 0.0
    occluders: tuple[str, ...] = OCCLUDERS
    blur: Range = (0.0, 0.4)
    noise: Range = (0.004, 0.012)
    jpeg_rate: float = 0.3
    jpeg_quality: tuple[int, int] = (60, 95)


@dataclass(frozen=True)
class ClipConditions(Conditions):
    """Variation between clips, and what disturbs a clip beside its expression.

    By default the clips are those of a laboratory: still heads, steady light, silence, and frames
    with neither noise nor compression. A compressed clip has one JPEG quality in all frames.
    """

    yaw: float = 3.0
    pitch: float = 2.0
    roll: float = 1.5
    zoom: Range = (0.8, 0.9)
    light_azimuth: Range = (-25.0, 25.0)
    light_elevation: Range = (15.0, 40.0)
    light_strength: Range = (0.75, 0.95)
    blur: Range = (0.0, 0.0)
    noise: Range = (0.0, 0.0)
    jpeg_rate: float = 0.0
    blinks: float = 0.0
    """Share of clips in which the eyes blink."""
    turn: tuple[float, float] = (0.0, 0.0)
    """Amplitudes of the head's slow turn, yaw and pitch in degrees."""
    light_change: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Amplitudes of the slow change of the light: azimuth and elevation in degrees, and the
    relative strength."""
    talking: float = 0.0
    """Share of clips in which the mouth talks."""
    oddities: bool = True
    """Whether the oddities of the real data set's files are planted."""
