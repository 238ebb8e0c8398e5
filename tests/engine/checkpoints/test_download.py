"""Downloads from a real server with correct and faulty replies."""

import hashlib
import threading
import time
from pathlib import Path

import pytest
import torch

from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.checkpoints.download import download
from tests.checkpoint_server import Reply, cut_short, drip, redirect, serve, without_length
from tests.read_only import run_read_only


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    return tmp_path / 'torch' / 'hub' / 'checkpoints'


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    torch.save({'weight': torch.arange(1000.0)}, tmp_path / 'good.pth')
    return (tmp_path / 'good.pth').read_bytes()


def parts(hub: Path) -> list[Path]:
    """Files left by downloads, without their locks."""
    return [path for path in hub.rglob('*') if path.is_file() and path.suffix != '.lock']


@pytest.mark.parametrize('reply', [bytes, without_length])
def test_a_good_checkpoint_is_downloaded(reply, content: bytes, hub: Path) -> None:
    with serve({'/a/x.pth': reply(content)}) as (server, asked):
        for _ in range(2):
            loaded = load_from_disk(f'{server}/a/x.pth')
            assert torch.equal(loaded['weight'], torch.arange(1000.0))
    assert asked == ['/a/x.pth']  # the second time from the first download
    assert [path.name for path in parts(hub)] == ['x.pth']


def test_one_name_at_two_addresses_gives_two_files(content: bytes, hub: Path) -> None:
    with serve({'/a/x.pth': content, '/b/x.pth': b'other'}) as (server, _):
        assert download(f'{server}/a/x.pth').read_bytes() == content
        assert download(f'{server}/b/x.pth').read_bytes() == b'other'


def test_a_right_hash_is_accepted(content: bytes, hub: Path) -> None:
    name = f'net-{hashlib.sha256(content).hexdigest()[:8]}.pth'
    with serve({f'/{name}': content}) as (server, asked):
        assert download(f'{server}/{name}') == hub / name
        (hub / name).write_bytes(content[:-1] + b'?')  # the copy was damaged since
        assert download(f'{server}/{name}').read_bytes() == content
    assert len(asked) == 2


def test_a_wrong_hash_is_refused(content: bytes, hub: Path) -> None:
    digest = hashlib.sha256(content).hexdigest()[:8]
    wrong = digest.translate(str.maketrans('0123456789abcdef', '123456789abcdef0'))
    message = f'starts with {digest} instead of {wrong}'
    served = serve({f'/net-{wrong}.pth': content})
    with served as (server, _), pytest.raises(ValueError, match=message):
        load_from_disk(f'{server}/net-{wrong}.pth')
    assert parts(hub) == []


@pytest.mark.parametrize(
    ('reply', 'message'),
    [
        (lambda content: cut_short(content), r'sent \d+ of \d+ bytes'),
        (lambda content: content * 100, r'larger than 0\.0001 GiB \(MMFER_DOWNLOAD_GIB\)'),
        (lambda content: without_length(content * 100), r'larger than 0\.0001 GiB'),
        (lambda content: redirect('file:///etc/hostname'), 'file'),
        (lambda content: redirect('ftp://127.0.0.1/x.pth'), 'unknown url type: ftp'),
        (lambda content: redirect('/x.pth'), 'infinite loop'),
        (lambda content: None, 'Not Found'),
        (lambda content: lambda handler: None, 'without response'),
    ],
    ids=['cut', 'large', 'large unsaid', 'file', 'ftp', 'loop', 'absent', 'silent'],
)
def test_faulty_replies_are_refused(
    reply, message: str, content: bytes, hub: Path, monkeypatch
) -> None:
    monkeypatch.setenv('MMFER_DOWNLOAD_GIB', '0.0001')
    replies: dict[str, Reply] = {'/x.pth': reply(content)}
    with serve(replies) as (server, _), pytest.raises(ValueError, match=message) as error:
        download(f'{server}/x.pth')
    assert f'"{server}/x.pth" cannot be downloaded' in str(error.value)
    assert parts(hub) == []


@pytest.mark.parametrize('headers', [True, False])
def test_a_slow_server_is_given_up(headers: bool, hub: Path, monkeypatch) -> None:
    monkeypatch.setenv('MMFER_DOWNLOAD_SECONDS', '0.5')
    start = time.monotonic()
    with serve({'/x.pth': drip(headers)}) as (server, _):
        with pytest.raises(ValueError, match=r'longer than 0\.5 s \(MMFER_DOWNLOAD_SECONDS\)'):
            download(f'{server}/x.pth')
        assert time.monotonic() - start < 5
    assert parts(hub) == []


def test_a_silent_server_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr('mmfer.web.SILENCE', 0.3)
    served = serve({'/x.pth': lambda handler: time.sleep(2)})
    with served as (server, _), pytest.raises(ValueError, match=r'nothing for 0\.3 s'):
        download(f'{server}/x.pth', seconds=60)


def test_a_missing_server_is_an_error() -> None:
    with pytest.raises(ValueError, match='refused'):
        download('http://127.0.0.1:9/x.pth')


def test_a_wrong_limit_is_refused(monkeypatch) -> None:
    for text in ('much', '-1', 'nan', 'inf', '0'):
        monkeypatch.setenv('MMFER_DOWNLOAD_GIB', text)
        with pytest.raises(ValueError, match=f'MMFER_DOWNLOAD_GIB={text} is no valid limit'):
            download('http://127.0.0.1:9/x.pth')


def test_a_folder_without_write_permission_is_an_error(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / 'file').touch()
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'file'))
    with pytest.raises(ValueError, match=r'cannot be stored at .*TORCH_HOME'):
        download('http://127.0.0.1:9/x.pth')


@pytest.mark.parametrize('name', ['', '..', '..%2f..%2fx', 'a b;c.pth', 'x' * 300 + '.pth'])
def test_odd_names_stay_in_the_folder(name: str, hub: Path) -> None:
    path = '/a/' + name.replace(' ', '%20')
    with serve({path: b'x'}) as (server, _):
        file = download(server + path)
    assert file.resolve().is_relative_to(hub.resolve())
    assert file.read_bytes() == b'x'


def test_parallel_processes_download_once(content: bytes) -> None:
    with serve({'/x.pth': content}) as (server, asked):
        threads = [threading.Thread(target=download, args=(f'{server}/x.pth',)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert asked == ['/x.pth']


SHARED = """
from mmfer.engine.checkpoints.download import download
for name in ('net-{digest}.pth', 'other-00000000.pth'):
    try:
        print(download(f'http://127.0.0.1:9/{{name}}', seconds=1))
    except ValueError as error:
        print(error)
"""


def test_a_shared_folder_of_downloads_may_be_read_only(hub: Path) -> None:
    digest = hashlib.sha256(b'weights').hexdigest()[:8]
    path = hub / f'net-{digest}.pth'
    hub.mkdir(parents=True)
    path.write_bytes(b'weights')
    done = run_read_only(SHARED.format(digest=digest), hub)
    found, refused = [line for line in done.stdout.splitlines() if 'mmengine' not in line]
    assert found == str(path)
    assert 'cannot be stored at' in refused and 'TORCH_HOME' in refused
