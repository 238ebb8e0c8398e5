"""Bounded downloads: nothing but ``http`` and ``https``, limits on size and time."""

from concurrent.futures import Future
from http.client import HTTPException
from threading import Event, Thread
from typing import BinaryIO
from urllib import request

CHUNK = 2**20
SILENCE = 30.0
"""Seconds without data after which a download fails."""
HANDLERS = (
    request.ProxyHandler,
    request.HTTPHandler,
    request.HTTPSHandler,
    request.HTTPRedirectHandler,
    request.HTTPErrorProcessor,
    request.HTTPDefaultErrorHandler,
    request.UnknownHandler,
)
"""Handlers without ``file://`` and ``ftp://``, so that a redirect cannot lead there."""


class DownloadError(ValueError):
    """The reason why a download failed."""


def fetch(
    url: str, file: BinaryIO, limit: int, seconds: float, size_text: str, time_hint: str = ''
) -> None:
    """Download an address into a file.

    Args:
        url: An ``http://`` or ``https://`` address.
        file: Where to write.
        limit: Maximum size in bytes.
        seconds: Maximum time.
        size_text: The maximum size in messages, such as ``64 MiB``.
        time_hint: Text after the maximum time in messages, such as how to raise it.

    Raises:
        DownloadError: If the address cannot be read, or the content is too large, truncated or too
            slow.
    """
    outcome: Future[None] = Future()
    stopped = Event()

    def work() -> None:
        try:
            _read(url, file, limit, size_text, stopped)
            outcome.set_result(None)
        except BaseException as error:  # passed to the waiting thread
            outcome.set_exception(error)

    try:
        # A server that sends single bytes never times out a read, so this thread limits the time.
        Thread(target=work, daemon=True).start()
        outcome.result(seconds)
    except (OSError, HTTPException, ValueError) as error:
        reason = str(getattr(error, 'reason', None) or error)
        if not outcome.done():
            reason = f'the download takes longer than {seconds:g} s{time_hint}'
        elif isinstance(error, TimeoutError):
            reason = f'the server sent nothing for {SILENCE:g} s'
        raise DownloadError(reason) from error
    finally:
        stopped.set()


def _read(url: str, file: BinaryIO, limit: int, size_text: str, stopped: Event) -> None:
    opener = request.OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    too_large = f'the file is larger than {size_text}'
    with opener.open(url, timeout=SILENCE) as response:
        expected = response.length
        if expected is not None and expected > limit:
            raise ValueError(too_large)
        received = 0
        while not stopped.is_set() and (chunk := response.read1(CHUNK)):
            received += len(chunk)
            if received > limit:
                raise ValueError(too_large)
            if not stopped.is_set():
                file.write(chunk)
    if expected is not None and received != expected:
        raise ValueError(f'the server sent {received} of {expected} bytes')
