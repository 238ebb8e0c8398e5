"""The truth about each clip."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmfer.synthetic.expressions.motion_course import Course
from mmfer.synthetic.layouts.layout import Layout, Truth
from mmfer.synthetic.people.random_people import group_of
from mmfer.synthetic.plan import Sample
from mmfer.synthetic.render.scene import Person, Scene


def clip_annotation(
    sample: Sample, person: Person, scene: Scene, course: Course, first: int
) -> Truth:
    """The annotation of a clip without expression and frames; ``first`` is its first frame."""
    closed = np.flatnonzero(course.lids)
    disturbed = {}
    if course.disturbances is not None:
        turned, speech = np.ptp(course.disturbances.turn, axis=0), course.disturbances.speech()
        disturbed = {
            'speech': speech and [first + speech[0], first + speech[1]],
            'turned': {
                k: round(float(v), 2) for k, v in zip(('yaw', 'pitch'), turned, strict=True)
            },
        }
    return {
        'id': sample.index + 1,
        'image_id': sample.index + 1,
        'category_id': sample.label + 1,
        'clean_category_id': sample.clean_label + 1,
        'onset': first + course.onset,
        'apex': first + course.apex,
        'offset': first + course.offset,
        'blink': [first + int(closed[0]), first + int(closed[-1])] if len(closed) else None,
        'pose': {k: round(getattr(scene, k), 2) for k in ('yaw', 'pitch', 'roll')},
        'identity': sample.identity,
        'group': group_of(person).names(),
        **disturbed,
    }


def clips_sidecar(layout: Layout, rows: Sequence[Truth]) -> dict[str, Any]:
    """The annotations of all clips; all other files are written from these annotations."""
    text = f'{layout.name}: rendered faces, no photographs of people'
    return {
        'info': {'description': text},
        'annotations': list(rows),
        'categories': layout.categories(),
    }
