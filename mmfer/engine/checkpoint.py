"""Checkpoint files: written whole or not at all, and read without running their code."""

import pickle
import re
from pathlib import Path
from typing import Any

import torch
from mmengine.fileio import register_backend
from mmengine.fileio.backends import LocalBackend
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader

from mmfer import compat  # noqa: F401  (the types that a checkpoint may hold)
from mmfer.engine.addresses import is_address, local_checkpoint
from mmfer.engine.integrity import check_integrity, side_file, side_line
from mmfer.files import write_atomically

ATOMIC_BACKEND = 'atomic'


def write_checkpoint(path: str | Path, content: bytes) -> None:
    """Write a checkpoint atomically, then its SHA-256 beside it."""
    path = Path(path)
    # Killed in between, there is none, rather than that of the old content.
    side_file(path).unlink(missing_ok=True)
    write_atomically(path, content)
    if path.is_file():
        write_atomically(side_file(path), side_line(content, path))


class AtomicLocalBackend(LocalBackend):
    """mmengine's local files for checkpoints, written by :func:`write_checkpoint`.

    Example:
        >>> checkpoint = dict(type='CheckpointHook', backend_args=dict(backend='atomic'))
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write ``obj`` to ``filepath``."""
        write_checkpoint(filepath, obj)

    def remove(self, filepath: str | Path) -> None:
        """Remove a checkpoint with its SHA-256."""
        side_file(Path(filepath)).unlink(missing_ok=True)
        super().remove(filepath)


register_backend(ATOMIC_BACKEND, AtomicLocalBackend, force=True)


def load_from_disk(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Read a checkpoint with ``weights_only=True``, so that a stranger's runs no code.

    It stands in for all loaders of mmengine, hence serves runners and inferencers.

    Args:
        filename: See :func:`mmfer.engine.addresses.local_checkpoint`.
        map_location: See :func:`torch.load`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is cut short, damaged (see
            :func:`mmfer.engine.integrity.check_integrity`), no checkpoint, or holds other types
            than weights and logs; or it cannot be downloaded.
    """
    path = local_checkpoint(filename)
    source = f'"{filename}"' + (f' (its copy: {path})' if is_address(filename) else '')
    check_integrity(path)
    try:
        return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        detail = str(error).partition('WeightsUnpickler error: ')[2] or str(error)
        reason = detail.strip().split('. ')[0]
        raise ValueError(
            f'The checkpoint {source} is no PyTorch checkpoint, or holds Python objects that '
            f'would have to run code ({reason}). Save its weights alone, as a state dict.'
        ) from error
    except Exception as error:  # what is damaged may fail anywhere
        raise ValueError(
            f'The checkpoint {source} can not be read: it is cut short, damaged or no '
            f'checkpoint ({path.stat().st_size} bytes; {error}). Take an older one '
            'or copy it again.'
        ) from error


for scheme in ('', *CheckpointLoader._schemes):
    CheckpointLoader.register_scheme(scheme, load_from_disk, force=True)


def last_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest checkpoint of a work directory that is whole; None if there never was one.

    The directory may have been moved. Where the newest is damaged or gone, the log says so, and
    the next older one of the same kind (``epoch_2.pth`` before ``epoch_3.pth``) is taken.

    Raises:
        FileNotFoundError: The directory names a checkpoint that is gone, and has no older one.
        ValueError: All are damaged.
    """
    note = Path(work_dir) / 'last_checkpoint'
    if not note.is_file():
        return None
    named = note.read_text(errors='replace').strip()
    newest = Path(named) if Path(named).is_file() else Path(work_dir) / Path(named).name
    problem: Exception = FileNotFoundError(
        f'{note} names "{named}", which is not there. Give the checkpoint itself (--resume CKPT), '
        'or remove last_checkpoint to begin anew.'
    )
    for path in [newest] * newest.is_file() + _older(newest):
        try:
            load_from_disk(str(path), map_location='cpu')
        except ValueError as error:
            print_log(str(error), logger='current')
            problem = error
            continue
        if path != newest:
            print_log(f'Goes on from the older {path} instead of {named}.', logger='current')
        return path
    raise problem


def _older(newest: Path) -> list[Path]:
    """The checkpoints of the same name with a smaller number, the largest first."""
    parts = re.fullmatch(r'(.*?)(\d+)(\D*)', newest.name)
    if parts is None:
        return []
    name = re.compile(re.escape(parts[1]) + r'(\d+)' + re.escape(parts[3]))
    numbers = {
        int(match[1]): path
        for path in newest.parent.iterdir()
        if (match := name.fullmatch(path.name)) and int(match[1]) < int(parts[2])
    }
    return [numbers[number] for number in sorted(numbers, reverse=True)]
