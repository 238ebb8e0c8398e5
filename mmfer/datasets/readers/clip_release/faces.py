"""Annotated faces of the frames of clips."""

from collections.abc import Sequence
from logging import WARNING
from pathlib import Path

from mmengine.logging import print_log

from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.readers.clip_release.folders import frames_of
from mmfer.datasets.readers.clip_release.frames import MARGIN
from mmfer.datasets.sidecar import Sidecar

FACE_FIELDS = ('face_box', 'landmarks', 'landmark_scores')
SHOWN = 20
"""Maximum number of clips of a kind in the log."""


def lend_faces(
    root: Path, frames: Sequence[Sample], sidecar: Sidecar, name: str = 'CASME II'
) -> dict[str, list[str]]:
    """Give each frame without a face the face of the nearest frame of its clip with a face.

    Args:
        root: The folder of the data set.
        frames: Samples without landmarks, with ``clip``, ``frame`` and ``img_path``.
        sidecar: The sidecar of all frames.
        name: The name of the data set.

    Returns:
        The names of the frames that lend their face (``lent_face``), and of the clips
        without any face (``no_face``); kinds without a name are left out.
    """
    others = [_by_distance(frame) for frame in frames]
    sidecar.complete([other for near in others for other in near])
    lent, none = [], []
    for frame, near_first in zip(frames, others, strict=True):
        near = next((other for other in near_first if 'landmarks' in other), None)
        if near is None:
            none.append(frame['clip'])
            continue
        lent.append(f'{frame["clip"]}/{Path(near["img_path"]).name}')
        frame.update({field: near[field] for field in FACE_FIELDS if field in near})
    none = list(dict.fromkeys(none))
    for kind, names, what in (
        ('lent_face', lent, 'in the frame that is read; the face of another frame is used'),
        (
            'no_face',
            none,
            'in any frame of the clip; pipelines that need landmarks refuse it, or leave it '
            "out with faceless='leave_out'",
        ),
    ):
        if names:
            print_log(
                f'{name} at "{root}": {kind}, {len(names)}, no landmarks are known {what}: '
                f'{", ".join(names[:SHOWN])}.',
                logger='current',
                level=WARNING,
            )
    return {kind: names for kind, names in (('lent_face', lent), ('no_face', none)) if names}


def _by_distance(frame: Sample) -> list[Sample]:
    """The frames of the clip of a frame as samples without a label, the nearest first."""
    number = frame['frame']
    found = frames_of(Path(frame['img_path']).parent, (number - MARGIN, number + MARGIN))
    numbers = sorted(found, key=lambda other: (abs(other - number), other))
    return [{'img_path': str(found[other])} for other in numbers]
