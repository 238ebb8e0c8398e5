"""Downloads checkpoints, bounded in size and time."""

import hashlib
import os
import re
from concurrent.futures import Future
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread
from urllib import request
from urllib.parse import urlsplit

import torch
from filelock import FileLock
from mmengine.logging import print_log

from mmfer.engine.integrity import hash_in_name, sha256_of

GIB = 2**30
CHUNK = 2**20
SILENCE = 30.0
"""Seconds without a byte after which a server is given up."""
HANDLERS = (
    request.ProxyHandler,
    request.HTTPHandler,
    request.HTTPSHandler,
    request.HTTPRedirectHandler,
    request.HTTPErrorProcessor,
    request.HTTPDefaultErrorHandler,
    request.UnknownHandler,
)
"""None for ``file://`` or ``ftp://``, so that a redirect cannot lead there."""


def download(url: str, max_gib: float | None = None, seconds: float | None = None) -> Path:
    """Download a checkpoint, once, and return its file below ``torch.hub.get_dir()``.

    A name with a hash, such as ``resnet18-f37072fd.pth``, is checked against it, and is where
    PyTorch keeps it. A name without one is kept apart by its address. Several processes that want
    the same file download it once.

    Args:
        url: An ``http://`` or ``https://`` address.
        max_gib: The largest file in GiB; by default the environment's ``MMFER_DOWNLOAD_GIB``,
            else 4.
        seconds: The longest time; by default ``MMFER_DOWNLOAD_SECONDS``, else 3600.

    Raises:
        ValueError: The file is not there, too large, cut short, too slow, not that of its hash, or
            cannot be stored.

    Example:
        >>> download('https://download.pytorch.org/models/resnet18-f37072fd.pth')
    """
    limit = int(GIB * _setting('MMFER_DOWNLOAD_GIB', max_gib, 4))
    seconds = _setting('MMFER_DOWNLOAD_SECONDS', seconds, 3600)
    path = _place(url)
    named = hash_in_name(path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f'{path}.lock', timeout=seconds + SILENCE):
            if path.is_file() and (named is None or sha256_of(path).startswith(named)):
                print_log(f'Taken from an earlier download: {path}', logger='current')
                return path
            _download_to(path, url, named, limit, seconds)
    except OSError as error:
        raise ValueError(
            f'The checkpoint "{url}" cannot be stored at {path}: {error}. The environment variable '
            'TORCH_HOME chooses another folder.'
        ) from error
    return path


def _setting(name: str, given: float | None, default: float) -> float:
    text = os.environ.get(name, default) if given is None else given
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise ValueError(f'{name}={text} is no limit for downloads: give a number above zero.')
    return value


def _place(url: str) -> Path:
    name = re.sub(r'[^\w.-]', '_', urlsplit(url).path.rpartition('/')[2])[-100:].lstrip('.')
    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    if hash_in_name(name) is None:
        folder /= hashlib.sha256(url.encode()).hexdigest()[:16]
    return folder / (name or 'checkpoint.pth')


def _download_to(path: Path, url: str, named: str | None, limit: int, seconds: float) -> None:
    print_log(f'Downloads {url} to {path}', logger='current')
    part = path.with_name(f'{path.name}.part')
    outcome: Future[None] = Future()
    stopped = Event()

    def work() -> None:
        try:
            _fetch(url, part, limit, stopped)
            outcome.set_result(None)
        except BaseException as error:  # handed on to the waiting thread
            outcome.set_exception(error)

    try:
        # A server that sends one byte at a time ends no read: waited for from outside.
        Thread(target=work, daemon=True).start()
        try:
            outcome.result(seconds)
        except (OSError, HTTPException, ValueError) as error:
            reason = str(getattr(error, 'reason', None) or error)
            if not outcome.done():
                reason = f'it takes longer than {seconds:g} s (MMFER_DOWNLOAD_SECONDS)'
            elif isinstance(error, TimeoutError):
                reason = f'the server sent nothing for {SILENCE:g} s'
            raise ValueError(
                f'The checkpoint "{url}" cannot be downloaded: {reason}. Mend the address or the '
                'connection, or download the file by other means and give its path.'
            ) from error
        digest = sha256_of(part)
        if named is None:
            print_log(
                f'The name of {url} carries no hash, so that its content is not checked; its '
                f'SHA-256 is {digest}.',
                logger='current',
            )
        elif not digest.startswith(named):
            raise ValueError(
                f'The checkpoint "{url}" is not the one that its name says: its SHA-256 starts '
                f'with {digest[:8]} instead of {named[:8]}. It was not kept.'
            )
        os.replace(part, path)
    finally:
        stopped.set()
        part.unlink(missing_ok=True)


def _fetch(url: str, part: Path, limit: int, stopped: Event) -> None:
    opener = request.OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    too_large = f'it is larger than {limit / GIB:.3g} GiB (MMFER_DOWNLOAD_GIB)'
    with opener.open(url, timeout=SILENCE) as response:
        expected = response.length
        if expected is not None and expected > limit:
            raise ValueError(too_large)
        if stopped.is_set():
            return
        received = 0
        with part.open('wb') as file:
            while not stopped.is_set() and (chunk := response.read1(CHUNK)):
                received += len(chunk)
                if received > limit:
                    raise ValueError(too_large)
                file.write(chunk)
    if expected is not None and received != expected:
        raise ValueError(f'the server sent {received} of {expected} bytes')
