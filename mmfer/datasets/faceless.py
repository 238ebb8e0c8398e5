"""Images without a face, in data sets whose pipeline needs landmarks."""

from collections.abc import Iterable, Iterator, Sequence
from logging import WARNING
from typing import Any

from mmengine.logging import print_log

from mmfer.protocols import has_flag

FACELESS = ('error', 'leave_out')
POINTS = ('landmarks', 'landmarks5')
SHOWN = 20
"""Maximum number of images in a message."""
KNOWN = ('mmfer.', 'mmcv.', 'mmpretrain.', 'mmengine.')
"""Modules whose transforms find no landmarks."""


def all_steps(step: Any) -> Iterator[Any]:
    """The transforms of a pipeline in order, with those inside others."""
    if isinstance(step, list | tuple):
        for part in step:
            yield from all_steps(part)
    else:
        yield step
        yield from all_steps(getattr(step, 'transforms', ()))


def points_needed(pipeline: Any) -> list[tuple[str, tuple[str, ...]]]:
    """The transforms that need landmarks, and the kinds of points of which each needs one.

    A transform of another library may find landmarks itself, so nothing is known after it.

    Args:
        pipeline: The composed transforms.
    """
    needed = []
    for step in all_steps(pipeline):
        if not type(step).__module__.startswith(KNOWN):
            break
        if has_flag(step, 'needs_landmarks'):
            points = getattr(step, 'reads', POINTS[:1])
            needed.append((type(step).__name__, tuple(points)))
    return needed


def leave_out_faceless(
    samples: Iterable[dict[str, Any]], where: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """The samples with landmarks of any kind, and the names of the others, which are logged."""
    kept, gone = [], []
    for sample in samples:
        if any(name in sample for name in POINTS):
            kept.append(sample)
        else:
            gone.append(_name(sample))
    if gone:
        print_log(
            f'{where}: {len(gone)} of {len(gone) + len(kept)} images have no landmarks and are '
            f'left out: {_some(gone)}.',
            logger='current',
            level=WARNING,
        )
    return kept, gone


def check_faces(samples: Sequence[dict[str, Any]], pipeline: Any, where: str) -> None:
    """Check that each sample has the points that its pipeline needs.

    Raises:
        ValueError: If a sample has not; the message names the samples.
    """
    for step, points in points_needed(pipeline):
        without = [_name(s) for s in samples if not any(name in s for name in points)]
        if without:
            raise ValueError(
                f'{where}: {len(without)} of {len(samples)} images have no '
                f'{" or ".join(points)}, which {step} needs: {_some(without)}. Write a sidecar '
                'with landmarks: mmfer prepare DATASET_DIR --layout LAYOUT (with --whole-image '
                "no-face also for faces that are not detected), or set faceless='leave_out' in "
                'the data set.'
            )


def _name(sample: dict[str, Any]) -> str:
    return str(sample.get('clip', sample['img_path']))


def _some(names: Sequence[str]) -> str:
    return ', '.join(names[:SHOWN]) + (', ...' if len(names) > SHOWN else '')
