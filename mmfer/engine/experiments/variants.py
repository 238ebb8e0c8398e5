"""Applies the changes of a variant of a config to another config."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmfer.engine.config import load_config
from mmfer.engine.configuration.config_source import base_names, base_path, parse, rebased


def apply_variant(
    base: str | Path,
    variant: str | Path | Sequence[str | Path],
    work_dir: str | Path | None = None,
    options: dict[str, Any] | None = None,
) -> Config:
    """Apply the changes of a variant to another config of the same family.

    A row of an ablation table is a file that inherits the config of the paper and changes a few
    entries. ``base`` inherits the same config, for example to train a slim model on rendered faces
    for minutes. The result is ``base`` merged with the entries of the variant, as if the variant
    had ``_base_ = base``. If the variant inherits the config of the paper through other files,
    these files are merged first.

    Args:
        base: The config with data, training settings and the size of the model.
        variant: The config whose changes are applied, or several, applied one after the other.
        work_dir: See :func:`mmfer.engine.load_config`.
        options: Entries to replace afterwards, see :func:`mmfer.engine.load_config`.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If the two configs inherit no common config, or an option does not fit.

    Example:
        >>> cfg = apply_variant('configs/rald/rald_r18_synthetic.py',
        ...                     'configs/rald/ablations/table3_b_itrr.py')
    """
    base = Path(base).resolve()
    variants = [variant] if isinstance(variant, str | Path) else variant
    family = _family(base)
    changes = [path for one in variants for path in _changes(Path(one).resolve(), family, base)]
    with tempfile.TemporaryDirectory() as folder:
        below = base
        for i, path in enumerate(changes):
            below, source = Path(folder) / f'{i}_{path.name}', rebased(parse(path), str(below))
            below.write_text(source, encoding='utf-8')
        return load_config(below, work_dir, options)


def apply_model(
    base: str | Path, variant: str | Path, options: dict[str, Any] | None = None
) -> Config:
    """A config with the model and the custom hooks of another config of any family.

    Args:
        base: The config with data and training settings.
        variant: The config whose model and hooks are taken.
        options: Entries to replace afterwards.
    """
    cfg, other = load_config(base), load_config(variant)
    cfg.model, cfg.custom_hooks = other.model, other.get('custom_hooks', [])
    cfg.merge_from_dict(options or {})
    return cfg


def _inherited(path: Path) -> list[Path]:
    bases = (base_path(path, name) for name in base_names(parse(path)))
    return [base.resolve() for base in bases if base]


def _family(path: Path) -> set[Path]:
    """A config and all its bases."""
    return {path}.union(*(_family(parent) for parent in _inherited(path)))


def _changes(variant: Path, family: set[Path], base: Path) -> list[Path]:
    """The files from the first descendant of the family to the variant."""
    files: list[Path] = []
    path = variant
    while path not in family:
        files.insert(0, path)
        parents = _inherited(path)
        if len(parents) != 1:
            raise ValueError(
                f'{variant} and {base} inherit no common config: {path} has {len(parents)} entries '
                f'in _base_. Let the variant inherit a config that {base.name} also inherits.'
            )
        path = parents[0]
    if 'model' not in Config.fromfile(str(path)):
        raise ValueError(
            f'{variant} and {base} inherit no common config except {path}, which has no model. Let '
            f'the variant inherit a config with a model that {base.name} also inherits.'
        )
    return files
