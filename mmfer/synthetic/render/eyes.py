"""The eyeball: sclera, iris and pupil, by the angle from the axis of the eye."""

import numpy as np

from mmfer.synthetic.render.arrays import f32, smoothstep
from mmfer.synthetic.render.scene import Person

EYE_CENTER = (0.3078, 7.2841, 1.2454)
"""Middle of the left eyeball of the base head."""
SCLERA = (0.82, 0.78, 0.75)
PUPIL_SHARE = 0.42


def eye_albedo(directions: np.ndarray, person: Person) -> np.ndarray:
    """Color (N, 3) of an eyeball at unit directions (N, 3) from its center at rest."""
    angle = np.arccos(np.clip(directions[:, 2], -1, 1))
    spoke = np.arctan2(directions[:, 1], directions[:, 0])
    rng = np.random.default_rng([person.seed, 2])
    phases = rng.uniform(0, 2 * np.pi, 4)
    fibres = sum(
        np.sin(count * spoke + phase) for count, phase in zip((7, 13, 19, 29), phases, strict=True)
    )
    radius = person.iris_radius
    ring = smoothstep(radius * 0.75, radius, angle)
    tone = (1 + 0.12 * fibres) * (1 - 0.65 * ring) * (0.8 + 0.5 * angle / radius)
    iris = f32(person.iris) * np.clip(tone, 0.1, 2)[:, None]
    white = f32(SCLERA) * (1 - 0.25 * smoothstep(0.5, 1.1, angle))[:, None]
    inside = smoothstep(radius + 0.05, radius - 0.03, angle)[:, None]
    pupil = smoothstep(radius * (PUPIL_SHARE + 0.05), radius * (PUPIL_SHARE - 0.03), angle)
    color = white * (1 - inside) + iris * inside
    return (color * (1 - pupil[:, None]) + 0.012 * pupil[:, None]).astype(np.float32)
