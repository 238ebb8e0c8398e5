"""The record in a folder of renderings: its options and its renderer, needed to resume a run."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from mmfer.files import write_atomically
from mmfer.journal import Journal
from mmfer.reading import check_form, read_json
from mmfer.settings import check_same
from mmfer.synthetic.layouts.encoding import dump
from mmfer.synthetic.layouts.layout import Layout, Truth
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.renderer_version import renderer_version, same_renderer

RECORD = 'rendering.json'
RENDERER = 'renderer'

START_OVER = 'Delete the folder, or give another folder.'

_log = logging.getLogger(__name__)


class _Truth(TypedDict):
    image_id: int


class _Sidecar(TypedDict):
    annotations: list[_Truth]


def describe(layout: Layout, options: Options) -> dict[str, Any]:
    """The values on which the bytes of the images depend."""
    return {RENDERER: renderer_version(), 'layout': layout.name, **options.to_json()}


def claim_folder(root: Path, description: Mapping[str, Any]) -> None:
    """Create the folder ``root`` for this rendering, or accept a folder with the same options.

    Raises:
        ValueError: If the folder holds other files, or a rendering with other options.
    """
    record = root / RECORD
    if root.exists() and not root.is_dir():
        raise ValueError(f'"{root}" is a file. Give a folder to render into.')
    if not record.is_file():
        if root.is_dir() and any(root.iterdir()):
            raise ValueError(
                f'The folder "{root}" is not empty and holds no {RECORD}, so it is not a rendering '
                'that can be resumed. Give an empty or new folder.'
            )
        mark(root, description, complete=False)
        return
    found = _recorded(root)
    check_same(
        {key: found.get(key) for key in description if key != RENDERER},
        {key: value for key, value in description.items() if key != RENDERER},
        f'The rendering in "{root}"',
        'Give the same options or another folder, or delete this folder.',
    )


def _recorded(root: Path) -> dict[str, Any]:
    found = read_json(root / RECORD, 'record', START_OVER)
    check_form(found, dict[str, Any], f'"{root / RECORD}"', START_OVER)
    return dict(found)


def is_kept(root: Path, description: Mapping[str, Any], missing: int) -> bool:
    """Whether to keep a folder unchanged because another renderer version completed it.

    Raises:
        ValueError: If another renderer version began the folder and images are missing.
    """
    found = _recorded(root)
    here, now = found.get(RENDERER, 'unknown'), description[RENDERER]
    if same_renderer(here, now):
        return False
    if missing or not found.get('complete'):
        raise ValueError(
            f'Another version of the renderer began the folder "{root}" ({here} in {RECORD}, '
            f'{now} now), and {missing} images are missing: one data set would hold two kinds of '
            'images. Delete the folder, give another folder, or finish the rendering with the '
            'version that began it.'
        )
    _log.warning(
        'The folder "%s" is complete, but another version of the renderer made it (%s, now %s). '
        'The folder is kept. To render again, delete the folder.',
        root,
        here,
        now,
    )
    return True


def mark(root: Path, description: Mapping[str, Any], complete: bool) -> None:
    """Write the record."""
    write_atomically(root / RECORD, dump({**description, 'complete': complete}))


def sidecar_path(root: Path, split: str) -> Path:
    """Path of the file with the truth of a split."""
    return root / 'annotations' / f'{split}.json'


def journal_path(root: Path, split: str) -> Path:
    """Path of the journal, which holds one row per image until a split is complete."""
    return root / 'annotations' / f'{split}.partial.jsonl'


def journal(root: Path, split: str) -> Journal:
    """The annotations of the images rendered so far; incomplete rows are rendered again."""
    return Journal(journal_path(root, split), form=_Truth)


def known_truth(root: Path, split: str) -> dict[int, Truth]:
    """The annotations written so far, keyed by the index of the image."""
    rows: list[Truth] = []
    if sidecar_path(root, split).is_file():
        path = sidecar_path(root, split)
        truth = read_json(path, 'truth', START_OVER)
        check_form(truth, _Sidecar, f'"{path}"', START_OVER)
        rows = truth['annotations']
    return {row['image_id'] - 1: row for row in [*rows, *journal(root, split).rows]}
