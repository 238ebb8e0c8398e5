"""Checkpoint files: written whole or not at all, and read without running their code."""

import pickle
from pathlib import Path
from typing import Any

import torch
from mmengine.fileio import register_backend
from mmengine.fileio.backends import LocalBackend
from mmengine.runner import CheckpointLoader, find_latest_checkpoint

from mmfer import compat  # noqa: F401  (the types that a checkpoint may hold)
from mmfer.files import write_atomically

ATOMIC_BACKEND = 'atomic'


class AtomicLocalBackend(LocalBackend):
    """mmengine's local files, written by :func:`mmfer.files.write_atomically`.

    Example:
        >>> checkpoint = dict(type='CheckpointHook', backend_args=dict(backend='atomic'))
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write ``obj`` to ``filepath``."""
        write_atomically(filepath, obj)


register_backend(ATOMIC_BACKEND, AtomicLocalBackend, force=True)


@CheckpointLoader.register_scheme(prefixes='', force=True)
def load_from_disk(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Read a checkpoint with ``weights_only=True``, so that a stranger's runs no code.

    It stands in for mmengine's own loader of local files, hence serves runners and inferencers.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is cut short, no checkpoint, or holds other types than weights and
            logs.
    """
    path = Path(filename).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'No checkpoint at "{filename}".')
    try:
        return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        detail = str(error).partition('WeightsUnpickler error: ')[2] or str(error)
        reason = detail.strip().split('. ')[0]
        raise ValueError(
            f'The checkpoint "{filename}" is no PyTorch checkpoint, or holds Python objects that '
            f'would have to run code ({reason}). Save its weights alone, as a state dict.'
        ) from error
    except Exception as error:  # what is damaged may fail anywhere
        raise ValueError(
            f'The checkpoint "{filename}" can not be read: it is cut short, damaged or no '
            f'checkpoint ({path.stat().st_size} bytes; {error}). Take an older one '
            'or copy it again.'
        ) from error


def last_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest checkpoint of a work directory, also of one that was moved; None if none.

    Raises:
        FileNotFoundError: The directory names a checkpoint that is gone.
    """
    named = find_latest_checkpoint(str(work_dir))
    if named is None:
        return None
    for path in (Path(named), Path(work_dir) / Path(named).name):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f'{work_dir}/last_checkpoint names "{named}", which is not there. Give the checkpoint '
        'itself (--resume CKPT), or remove last_checkpoint to begin anew.'
    )
