"""Every config follows or refuses another folder, size of images and number of epochs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mmfer.engine.configuration.overrides import read_config
from mmfer.registry import register_all_modules

ROOT = Path(__file__).parents[2] / 'configs'
CONFIGS = [
    path.relative_to(ROOT).as_posix()
    for path in sorted(ROOT.rglob('*.py'))
    if '_base_' not in path.parts and not any('ablations' in part for part in path.parts)
]
"""All configs except the rows of tables, which inherit these."""

SIZES = ('img_size', 'map_size')


def entries(node: Any) -> Iterator[tuple[str, Any]]:
    """All keys and values in a config."""
    inside: Any = node if isinstance(node, list | tuple) else ()
    if isinstance(node, Mapping):
        yield from node.items()
        inside = node.values()
    for value in inside:
        yield from entries(value)


def replaced(name: str, **options: Any) -> Any:
    """The config with other values; None if it refuses them in words."""
    try:
        return read_config(ROOT / name, options)
    except ValueError as error:
        assert next(iter(options)) in str(error), error
        return None


@pytest.mark.parametrize('name', CONFIGS)
def test_variables_are_followed_or_refused(name: str) -> None:
    register_all_modules()
    moved = replaced(name, data_root='elsewhere')
    if moved is not None:
        loader = dict(moved.get('train_dataloader') or moved.test_dataloader)
        roots = [str(value) for key, value in entries(loader) if key == 'data_root']
        assert roots and all('elsewhere' in root for root in roots)
    longer = replaced(name, epochs=5)
    assert longer is None or longer.train_cfg.max_epochs == 5
    small = replaced(name, image_size=64)
    if small is not None:
        sizes = {key: value for key, value in entries(dict(small.model)) if key in SIZES}
        assert sizes.get('img_size', 64) == 64
        assert sizes.get('map_size', 2) in (2, 4)
