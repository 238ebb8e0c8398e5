"""What a folder of renderings says about itself, so that a run can be resumed."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmfer.synthetic.action_units import ACTION_UNITS
from mmfer.synthetic.layouts.base import Layout, write_atomically
from mmfer.synthetic.presets import Options
from mmfer.synthetic.truth import Truth
from mmfer.version import __version__

RECORD = 'rendering.json'


def describe(layout: Layout, options: Options) -> dict[str, Any]:
    """Everything on which the bytes of the images depend."""
    recipes = repr((sorted(layout.recipes.items()), ACTION_UNITS)).encode()
    return {
        'mmfer_version': __version__,
        'layout': layout.name,
        'recipes': hashlib.sha256(recipes).hexdigest()[:12],
        **options.to_json(),
    }


def dump(content: object, indent: int | None = 1) -> bytes:
    """JSON as bytes."""
    return (json.dumps(content, indent=indent) + '\n').encode()


def claim_folder(root: Path, description: Mapping[str, Any]) -> None:
    """Make ``root`` the folder of this rendering, or go on with one begun before.

    Raises:
        ValueError: If it holds something else, or a rendering with other options.
    """
    record = root / RECORD
    if root.exists() and not root.is_dir():
        raise ValueError(f'"{root}" is a file. Give a folder to render into.')
    if not record.is_file():
        if root.is_dir() and any(root.iterdir()):
            raise ValueError(
                f'The folder "{root}" is not empty and holds no {RECORD}, so it is no rendering '
                'that could be gone on with. Give an empty or new folder.'
            )
        mark(root, description, complete=False)
        return
    try:
        found = json.loads(record.read_text(encoding='utf-8'))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f'"{record}" is not JSON: {error}. Delete the folder or give another one.'
        ) from error
    differences = [
        f'{key} is {found.get(key)!r} there and {value!r} now'
        for key, value in description.items()
        if found.get(key) != value
    ]
    if differences:
        raise ValueError(
            f'The folder "{root}" was rendered with other options: {"; ".join(differences)}. '
            'Give the same options, or another folder, or delete this one.'
        )


def mark(root: Path, description: Mapping[str, Any], complete: bool) -> None:
    """Write the record."""
    write_atomically(root / RECORD, dump({**description, 'complete': complete}))


def sidecar_path(root: Path, split: str) -> Path:
    """Where the truth of a split lies."""
    return root / 'annotations' / f'{split}.json'


def journal_path(root: Path, split: str) -> Path:
    """Where the truth is kept, a row per image, until a split is complete."""
    return root / 'annotations' / f'{split}.partial.jsonl'


def _rows(root: Path, split: str) -> Iterator[Truth]:
    if sidecar_path(root, split).is_file():
        yield from json.loads(sidecar_path(root, split).read_text(encoding='utf-8'))['annotations']
    if journal_path(root, split).is_file():
        with journal_path(root, split).open(encoding='utf-8') as lines:
            for line in lines:
                # A row cut short by a kill has no line end; its image is rendered again.
                if line.endswith('\n'):
                    yield json.loads(line)


def known_truth(root: Path, split: str) -> dict[int, Truth]:
    """The annotations written so far, keyed by the index of the image."""
    return {row['image_id'] - 1: row for row in _rows(root, split)}
