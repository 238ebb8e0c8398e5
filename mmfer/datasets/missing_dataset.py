"""The message where a data set is not there."""

from collections.abc import Iterator, Sequence
from pathlib import Path

MOST_NAMED = 8


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
        *_held(root),
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


def _held(root: Path) -> Iterator[str]:
    """What lies in the folder instead, such as an archive or folders of another name."""
    if root.is_dir():
        names = sorted(
            f'{path.name}/' if path.is_dir() else path.name
            for path in root.iterdir()
            if not path.name.startswith('.')
        )
        more = f', and {len(names) - MOST_NAMED} more' if len(names) > MOST_NAMED else ''
        yield f'  It holds: {", ".join(names[:MOST_NAMED]) or "nothing"}{more}'
