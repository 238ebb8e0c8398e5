"""People whose features stand out, as under make-up and in hard light."""

from dataclasses import replace

import numpy as np

from mmfer.synthetic.render.scene import Person

LASHES = 0.9
"""Opacity of the lashes."""


def marked(person: Person) -> Person:
    """The same person with darker lips, brows and lashes, deeper bags below the eyes and folds.

    Without these, gray renderings of 48 px have lips and brows much fainter than photographs.
    """
    rng = np.random.default_rng([person.seed, 11])
    paint = rng.uniform(0.25, 0.9) if person.gender < 0.5 else rng.uniform(0.5, 1.0)
    red, green, blue = (float(paint * x) for x in person.lip)
    return replace(
        person,
        lip=(red, green, blue),
        brow_opacity=float(rng.uniform(0.85, 1.0)),
        brow_thickness=person.brow_thickness * float(rng.uniform(1.0, 1.5)),
        lashes=LASHES,
        eye_bags=person.eye_bags + float(rng.uniform(0, 2.5)),
        wrinkles=max(person.wrinkles, float(rng.uniform(0, 0.8))),
    )
