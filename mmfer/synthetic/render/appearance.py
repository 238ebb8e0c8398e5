"""The look of a person: geometry and textures that all images of the person share."""

from collections import OrderedDict
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from mmfer.synthetic.render.accessories import Solid, fit_glasses
from mmfer.synthetic.render.arrays import f32
from mmfer.synthetic.render.cylindrical_chart import Chart
from mmfer.synthetic.render.hair import Hair, HairCutter
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.scene import Person
from mmfer.synthetic.render.skin import SkinPainter, SkinTexture

KEPT = 64
NECK_Y = 6.15
"""Height on the base head that separates the head (above) from the neck."""


@dataclass(frozen=True)
class Look:
    """The neutral face of a person, with skin, hair and glasses."""

    shape: np.ndarray
    skin: SkinTexture
    hair: Hair | None
    glasses: Solid | None
    center: np.ndarray
    """The middle of the head; the camera looks at this point."""
    pivot: np.ndarray
    """The joint of the neck."""
    height: float
    """Height of the head without hair, from the chin to the crown."""


class LookBook:
    """Makes the looks of people and caches the most recent looks."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._looks: OrderedDict[tuple[object, ...], Look] = OrderedDict()

    @cached_property
    def painter(self) -> SkinPainter:
        return SkinPainter(Chart(self.head))

    @cached_property
    def cutter(self) -> HairCutter:
        return HairCutter(self.head)

    def __getitem__(self, person: Person) -> Look:
        values = (getattr(person, field.name) for field in fields(person))
        key = tuple(tuple(sorted(v.items())) if isinstance(v, dict) else v for v in values)
        if key not in self._looks:
            self._looks[key] = self._make(person)
            if len(self._looks) > KEPT:
                self._looks.popitem(last=False)
        self._looks.move_to_end(key)
        return self._looks[key]

    def _make(self, person: Person) -> Look:
        head = self.head
        shape = head.shape(person)
        skin = np.unique(head.part('skin'))
        skull = shape[skin[head.vertices[skin, 1] > NECK_Y]]
        bottom, top = float(skull[:, 1].min()), float(skull[:, 1].max())
        center = f32([0, (bottom + top) / 2, skull[:, 2].mean()])
        return Look(
            shape,
            self.painter.paint(person),
            self.cutter.cut(person, shape),
            fit_glasses(head, shape, person.seed, dark=False) if person.glasses else None,
            center,
            f32([0, bottom - 0.1, center[2] - 0.35]),
            top - bottom,
        )
