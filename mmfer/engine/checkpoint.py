"""Checkpoint files, written atomically and read without running code."""

import pickle
import re
from os.path import isfile
from pathlib import Path
from typing import Any

import torch
from mmengine.fileio import register_backend
from mmengine.fileio.backends import LocalBackend
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader

from mmfer import compat  # noqa: F401  (registers the types that a checkpoint may hold)
from mmfer.engine.checkpoints.addresses import is_address, local_checkpoint
from mmfer.engine.checkpoints.integrity import check_integrity, side_file, side_line
from mmfer.files import write_atomically

ATOMIC_BACKEND = 'atomic'
STOPPED = 'stopped_'
"""Start of the names of checkpoints of stopped trainings, such as ``stopped_iter_70.pth``."""


def write_checkpoint(path: str | Path, content: bytes) -> None:
    """Write a checkpoint atomically, then a file with its SHA-256 next to it."""
    path = Path(path)
    # A process killed in between leaves no SHA-256, rather than the SHA-256 of the old content.
    side_file(path).unlink(missing_ok=True)
    write_atomically(path, content)
    if path.is_file():
        write_atomically(side_file(path), side_line(content, path))


class AtomicLocalBackend(LocalBackend):
    """mmengine's backend of local files, which writes checkpoints by :func:`write_checkpoint`.

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
    """Read a checkpoint with ``weights_only=True``, so that a foreign checkpoint cannot run code.

    The function replaces all loaders of mmengine, so runners and inferencers use it.

    Args:
        filename: See :func:`mmfer.engine.checkpoints.addresses.local_checkpoint`.
        map_location: See :func:`torch.load`.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is truncated, damaged (see
            :func:`mmfer.engine.checkpoints.integrity.check_integrity`), not a checkpoint, holds
            other types than weights and logs, or cannot be downloaded.
    """
    path = local_checkpoint(filename)
    source = f'"{filename}"' + (f' (its copy: {path})' if is_address(filename) else '')
    check_integrity(path)
    try:
        content = torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        detail = str(error).partition('WeightsUnpickler error: ')[2] or str(error)
        reason = detail.strip().split('. ')[0]
        raise ValueError(
            f'The checkpoint {source} is not a PyTorch checkpoint, or holds Python objects that '
            f'would run code ({reason}). Save only its weights, as a state dict.'
        ) from error
    except Exception as error:  # reading a damaged file may raise any error
        raise ValueError(
            f'The checkpoint {source} cannot be read: the file is truncated, damaged or not a '
            f'checkpoint ({path.stat().st_size} bytes; {error}). Use an older checkpoint, or copy '
            'the file again.'
        ) from error
    if not isinstance(content, dict):
        raise ValueError(
            f'The checkpoint {source} holds no named weights, but a value of the type '
            f'{type(content).__name__}. Save the state dict of the model.'
        )
    return content


for scheme in ('', *CheckpointLoader._schemes):
    CheckpointLoader.register_scheme(scheme, load_from_disk, force=True)


def kept_checkpoint(work_dir: str | Path) -> str:
    """A sentence that names the last checkpoint of a work directory, for messages of failures."""
    note = Path(work_dir) / 'last_checkpoint'
    if not note.is_file():
        return 'There is no checkpoint yet.'
    return f'The last good checkpoint is {note.read_text(errors="replace").strip()}.'


def last_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest complete checkpoint of a work directory; None if there never was a checkpoint.

    The directory may have been moved or copied: a checkpoint in the directory itself is preferred
    to one of the same name in the folder where it was written. If the newest checkpoint is
    damaged or missing, the log says so, and the next older checkpoint with the same kind of name is
    used (``epoch_2.pth`` instead of ``epoch_3.pth``).

    Raises:
        FileNotFoundError: If the recorded checkpoint is missing and there is no older checkpoint.
        ValueError: If all checkpoints are damaged.
    """
    note = Path(work_dir) / 'last_checkpoint'
    if not note.is_file():
        return None
    named = note.read_text(errors='replace').strip()
    # isfile() is False for a name that no file system takes; is_file() would raise an error.
    own = Path(work_dir) / Path(named).name
    newest = Path(named) if isfile(named) and not isfile(own) else own
    problem: Exception = FileNotFoundError(
        f'{note} names "{named[:200]}", but this checkpoint does not exist. Give a checkpoint '
        '(--resume CKPT), or remove last_checkpoint to start again.'
    )
    for path in [newest] * isfile(newest) + _older(newest):
        try:
            load_from_disk(str(path), map_location='cpu')
        except ValueError as error:
            print_log(str(error), logger='current')
            problem = error
            continue
        if path != newest:
            print_log(f'Resuming from the older {path} instead of {named}.', logger='current')
        return path
    raise problem


def _older(newest: Path) -> list[Path]:
    """The checkpoints with the same name and a smaller number, largest number first.

    Older than the checkpoint of a stopped training are all others with a number, the newest first.
    """
    if newest.name.startswith(STOPPED):
        others = [
            path
            for path in newest.parent.iterdir()
            if re.fullmatch(r'(epoch|iter)_\d+\.pth', path.name)
        ]
        return sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)
    parts = re.fullmatch(r'(.*?)(\d{1,18})(\D*)', newest.name)
    if parts is None:
        return []
    name = re.compile(re.escape(parts[1]) + r'(\d{1,18})' + re.escape(parts[3]))
    numbers = {
        int(match[1]): path
        for path in newest.parent.iterdir()
        if (match := name.fullmatch(path.name)) and int(match[1]) < int(parts[2])
    }
    return [numbers[number] for number in sorted(numbers, reverse=True)]
