"""The message for a missing data set."""

from collections.abc import Iterator, Sequence
from pathlib import Path

MOST_NAMED = 8


def missing_dataset(
    name: str, root: Path, absent: str, layouts: Sequence[str], ask: str, renderer: str | None
) -> FileNotFoundError:
    """The error for a missing data set, with the supported layouts and the source of the data.

    Args:
        name: The data set.
        root: Its folder.
        absent: The missing file or folder in the root.
        layouts: The supported layouts.
        ask: Where to ask for the data.
        renderer: The layout of ``tools/render_synthetic.py`` for a rendered substitute, or None.
    """
    found = f'{root} has no {absent}' if root.is_dir() else f'there is no folder {root}'
    lines = [
        f'The data set {name} was not found: {found}.',
        *_held(root),
        f'  Where to get it: {ask}',
        '  Supported layouts:',
        *(f'    {root}/{layout}' for layout in layouts),
    ]
    if renderer is not None:
        lines += [
            '  Or render a substitute in the same layout:',
            f'    mmfer render {renderer} {root} --preset standard',
        ]
    return FileNotFoundError('\n'.join(lines))


def _held(root: Path) -> Iterator[str]:
    """The actual content of the folder, such as an archive or folders with other names."""
    if root.is_dir():
        names = sorted(
            f'{path.name}/' if path.is_dir() else path.name
            for path in root.iterdir()
            if not path.name.startswith('.')
        )
        more = f', and {len(names) - MOST_NAMED} more' if len(names) > MOST_NAMED else ''
        yield f'  The folder contains: {", ".join(names[:MOST_NAMED]) or "nothing"}{more}'
