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
    blinks = _blinks(course.lids, first)
    disturbed: dict[str, Any] = {'blinks': blinks} if len(blinks) > 1 else {}
    if course.disturbances is not None:
        turned, speech = np.ptp(course.disturbances.turn, axis=0), course.disturbances.speech()
        disturbed |= {
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
        'blink': blinks[0] if blinks else None,
        'pose': {k: round(getattr(scene, k), 2) for k in ('yaw', 'pitch', 'roll')},
        'identity': sample.identity,
        'group': group_of(person).names(),
        **disturbed,
    }


def _blinks(lids: np.ndarray, first: int) -> list[list[int]]:
    """The first and the last frame of each blink; ``first`` is the number of the first frame."""
    closed = np.flatnonzero(lids)
    runs = np.split(closed, np.flatnonzero(np.diff(closed) > 1) + 1)
    return [[first + int(run[0]), first + int(run[-1])] for run in runs if len(run)]


def clips_sidecar(layout: Layout, rows: Sequence[Truth]) -> dict[str, Any]:
    """The annotations of all clips; all other files are written from these annotations."""
    text = f'{layout.name}: rendered faces, no photographs of people'
    return {
        'info': {'description': text},
        'annotations': list(rows),
        'categories': layout.categories(),
    }
