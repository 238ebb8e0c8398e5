"""The truth about each image, in COCO's keypoint format with additional fields."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mmfer.synthetic.layouts.layout import ImageLayout, Truth
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.people.random_people import group_of
from mmfer.synthetic.plan import Sample
from mmfer.synthetic.render.scene import Person, Rendering
from mmfer.synthetic.sampling import Shot


def annotation(sample: Sample, person: Person, shot: Shot, rendering: Rendering) -> Truth:
    """The annotation of an image; category ids are label indices + 1, as in COCO."""
    x1, y1, x2, y2 = (round(float(v), 2) for v in rendering.face_box)
    keypoints = [
        value
        for (x, y), seen in zip(rendering.landmarks, rendering.visible, strict=True)
        for value in (round(float(x), 2), round(float(y), 2), int(seen))
    ]
    scene, expression = shot.scene, shot.expression
    return {
        'id': sample.index + 1,
        'image_id': sample.index + 1,
        'category_id': sample.label + 1,
        'clean_category_id': sample.clean_label + 1,
        'bbox': [x1, y1, round(x2 - x1, 2), round(y2 - y1, 2)],
        'area': round((x2 - x1) * (y2 - y1), 2),
        'iscrowd': 0,
        'keypoints': keypoints,
        'num_keypoints': int(np.sum(rendering.visible)),
        'distribution': expression.distribution,
        'intensity': round(expression.intensity, 4),
        'action_units': {
            au: round(x, 4) for au, x in expression.recipe.action_units.items() if x > 0
        },
        'pose': {k: round(getattr(scene, k), 2) for k in ('yaw', 'pitch', 'roll')},
        'gaze': [round(v, 4) for v in shot.gaze],
        'occluder': scene.occluder,
        'identity': sample.identity,
        'group': group_of(person).names(),
    }


def sidecar(
    layout: ImageLayout,
    samples: Sequence[Sample],
    annotations: Mapping[int, Truth],
    counts: Mapping[str, int],
    options: Options,
    description: str,
) -> dict[str, Any]:
    """The COCO file of a split.

    ``annotations`` are keyed by the index of their sample; ``counts`` are the numbers of images of
    all splits. The field ``alignment`` of the file describes how faces are cropped, see
    :mod:`mmfer.faces.sidecar`.
    """
    return {
        'info': {'description': description},
        'images': [
            {
                'id': s.index + 1,
                'file_name': layout.listed_name(s.split, s.index, s.label, counts),
                'width': options.size,
                'height': options.size,
            }
            for s in samples
        ],
        'annotations': [annotations[s.index] for s in samples],
        'categories': layout.categories(),
        'alignment': layout.alignment(options.size, options.conditions.close),
    }
