"""Downloads of checkpoints with limits on size and time."""

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import torch
from filelock import FileLock
from mmengine.logging import print_log

from mmfer.engine.checkpoints.integrity import hash_in_name, sha256_of
from mmfer.files import atomic_file
from mmfer.web import SILENCE, DownloadError, fetch

GIB = 2**30


def download(url: str, max_gib: float | None = None, seconds: float | None = None) -> Path:
    """Download a checkpoint once and return its file in ``torch.hub.get_dir()``.

    A file whose name has a hash, such as ``resnet18-f37072fd.pth``, is checked against the hash and
    stored where PyTorch stores it. A file without a hash is stored under a name that depends on its
    address. If several processes need the same file, only one downloads it.

    Args:
        url: An ``http://`` or ``https://`` address.
        max_gib: Maximum size in GiB; the default is the environment variable
            ``MMFER_DOWNLOAD_GIB``, or else 4.
        seconds: Maximum time; the default is ``MMFER_DOWNLOAD_SECONDS``, or else 3600.

    Raises:
        ValueError: If the file does not exist, is too large, truncated or too slow, does not match
            its hash, or cannot be stored.

    Example:
        >>> download('https://download.pytorch.org/models/resnet18-f37072fd.pth')
    """
    limit = int(GIB * _setting('MMFER_DOWNLOAD_GIB', max_gib, 4))
    seconds = _setting('MMFER_DOWNLOAD_SECONDS', seconds, 3600)
    path = _place(url)
    named = hash_in_name(path.name)
    if _is_there(path, named):  # perhaps in a shared folder that cannot be written
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f'{path}.lock', timeout=seconds + SILENCE):
            if not _is_there(path, named):
                _download_to(path, url, named, limit, seconds)
    except OSError as error:
        raise ValueError(
            f'The checkpoint "{url}" cannot be stored at {path}: {error}. Choose another folder by '
            'the environment variable TORCH_HOME.'
        ) from error
    return path


def _setting(name: str, given: float | None, default: float) -> float:
    text = os.environ.get(name, default) if given is None else given
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise ValueError(
            f'{name}={text} is no valid limit for downloads: give a number above zero.'
        )
    return value


def _is_there(path: Path, named: str | None) -> bool:
    """Whether an earlier download is complete; it gets its name only then."""
    there = path.is_file() and (named is None or sha256_of(path).startswith(named))
    if there:
        print_log(f'Using an earlier download: {path}', logger='current')
    return there


def _place(url: str) -> Path:
    name = re.sub(r'[^\w.-]', '_', urlsplit(url).path.rpartition('/')[2])[-100:].lstrip('.')
    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    if hash_in_name(name) is None:
        folder /= hashlib.sha256(url.encode()).hexdigest()[:16]
    return folder / (name or 'checkpoint.pth')


def _download_to(path: Path, url: str, named: str | None, limit: int, seconds: float) -> None:
    print_log(f'Downloading {url} to {path}', logger='current')
    with atomic_file(path) as file:
        size = f'{limit / GIB:.3g} GiB (MMFER_DOWNLOAD_GIB)'
        try:
            fetch(url, file, limit, seconds, size, ' (MMFER_DOWNLOAD_SECONDS)')
        except DownloadError as error:
            raise ValueError(
                f'The checkpoint "{url}" cannot be downloaded: {error}. Check the address and the '
                'connection, or download the file by other means and give its path.'
            ) from error
        file.flush()
        digest = sha256_of(Path(file.name))
        if named is None:
            print_log(
                f'The file name in {url} has no hash, so the content is not checked; its SHA-256 '
                f'is {digest}.',
                logger='current',
            )
        elif not digest.startswith(named):
            raise ValueError(
                f'The checkpoint "{url}" does not match its name: its SHA-256 starts with '
                f'{digest[:8]} instead of {named[:8]}. The file was not kept.'
            )
