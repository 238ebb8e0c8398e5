"""Bounded downloads from a real server."""

import io

import pytest

from mmfer import web
from mmfer.web import DownloadError, fetch
from tests.checkpoint_server import Reply, cut_short, drip, redirect, serve, without_length

CONTENT = bytes(range(256)) * 40


def get(reply: Reply, limit: int = len(CONTENT), seconds: float = 20.0, hint: str = '') -> bytes:
    file = io.BytesIO()
    with serve({'/a': reply, '/b': CONTENT}) as (server, _):
        fetch(f'{server}/a', file, limit, seconds, '10 KiB', hint)
    return file.getvalue()


@pytest.mark.parametrize('reply', [CONTENT, without_length(CONTENT), redirect('/b'), b''])
def test_the_content_is_written(reply: Reply) -> None:
    assert get(reply) == (b'' if reply == b'' else CONTENT)


@pytest.mark.parametrize(
    ('reply', 'said'),
    [
        (CONTENT + b'x', 'the file is larger than 10 KiB'),
        (without_length(CONTENT + b'x'), 'the file is larger than 10 KiB'),
        (cut_short(CONTENT), f'the server sent {len(CONTENT) // 2} of {len(CONTENT)} bytes'),
        (redirect('file:///etc/hostname'), 'not allowed'),
        (redirect('/a'), 'infinite loop'),
    ],
)
def test_faulty_replies_are_refused(reply: Reply, said: str) -> None:
    with pytest.raises(DownloadError, match=said):
        get(reply)


@pytest.mark.parametrize('address', ['file:///etc/hostname', 'ftp://127.0.0.1/a', 'data:,hello'])
def test_other_kinds_of_addresses_are_refused(address: str) -> None:
    with pytest.raises(DownloadError, match='unknown url type'):
        fetch(address, io.BytesIO(), 100, 5, '100 bytes')


def test_a_slow_server_ends_the_download() -> None:
    with pytest.raises(DownloadError, match=r'takes longer than 0.5 s \(more time: --seconds\)'):
        get(drip(headers=False), seconds=0.5, hint=' (more time: --seconds)')


def test_a_silent_server_ends_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(handler: object) -> None:
        import time

        time.sleep(1.5)

    monkeypatch.setattr(web, 'SILENCE', 0.3)
    with pytest.raises(DownloadError, match='the server sent nothing for 0.3 s'):
        get(silent)


def test_a_closed_port_is_an_error() -> None:
    with serve({}) as (server, _):
        pass
    with pytest.raises(DownloadError, match='refused'):
        fetch(f'{server}/a', io.BytesIO(), 100, 5, '100 bytes')
