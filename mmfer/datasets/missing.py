"""The messages where a data set, or a part of it, is not there."""

from collections.abc import Sequence
from pathlib import Path


def missing_dataset(
    name: str, root: Path, absent: str, layouts: Sequence[str], ask: str, renderer: str | None
) -> FileNotFoundError:
    """The error to raise: what is missing, which layouts are read, where to get the data.

    Args:
        name: The data set.
        root: Its folder.
        absent: What was looked for below it.
        layouts: The layouts that are read.
        ask: Where to ask for the data.
        renderer: The layout of ``tools/render_synthetic.py`` that makes a stand-in.
    """
    found = f'{root} has no {absent}' if root.is_dir() else f'there is no folder {root}'
    lines = [
        f'The data set {name} is not there: {found}.',
        f'  Where to get it: {ask}',
        '  Layouts that are read:',
        *(f'    {root}/{layout}' for layout in layouts),
    ]
    if renderer is not None:
        lines += [
            '  Or render a stand-in in the same layout:',
            f'    python tools/render_synthetic.py {renderer} {root} --preset standard',
        ]
    return FileNotFoundError('\n'.join(lines))


def missing_landmarks(who: str, images: Sequence[str], total: int) -> ValueError:
    """The error to raise where a transform needs landmarks that nobody tells.

    Args:
        who: The transform.
        images: The images without landmarks, at least one.
        total: The number of all images.
    """
    return ValueError(
        f'{who}: no landmarks are known for {len(images)} of {total} images, such as '
        f'"{images[0]}". Write a sidecar with them beside the data set: python '
        'tools/prepare_faces.py DATASET_DIR --layout LAYOUT (with --whole-image no-face also for '
        'faces that are not detected)'
    )
