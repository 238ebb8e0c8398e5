import time
from pathlib import Path

import numpy as np
import pytest

from mmfer.apis import web_images
from mmfer.apis.web_images import is_web_address, load_from_web
from mmfer.faces import read_image
from tests.apis.model_files import ASTRONAUT
from tests.checkpoint_server import (
    Reply,
    cut_short,
    drip,
    hostile_checkpoint,
    redirect,
    serve,
    without_length,
)

IMAGE = ASTRONAUT.read_bytes()


@pytest.mark.parametrize('reply', [IMAGE, without_length(IMAGE), redirect('/other.jpg')])
def test_an_image_is_read(reply: Reply) -> None:
    with serve({'/x.jpg?size=1': reply, '/other.jpg': IMAGE}) as (server, _):
        image = load_from_web(f'{server}/x.jpg?size=1')
    np.testing.assert_array_equal(image.pixels, read_image(ASTRONAUT))


def test_faulty_replies_are_errors_that_name_the_address(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(web_images, 'MOST_BYTES', 2**20)
    secret = tmp_path / 'secret.jpg'
    secret.write_bytes(IMAGE)
    marker = tmp_path / 'executed'
    replies: dict[str, Reply] = {
        '/large.jpg': bytes(2**20 + 1),
        '/large_unsaid.jpg': without_length(bytes(2**20 + 1)),
        '/cut.jpg': cut_short(IMAGE),
        '/file.jpg': redirect(secret.as_uri()),
        '/ftp.jpg': redirect('ftp://127.0.0.1/x.jpg'),
        '/empty.jpg': b'',
        '/page.jpg': b'<html>no image</html>',
        '/model.pth': hostile_checkpoint(tmp_path / 'x.pth', marker),
    }
    reasons = {
        '/large.jpg': 'larger than 1 MiB', '/large_unsaid.jpg': 'larger than 1 MiB',
        '/cut.jpg': 'the server sent', '/file.jpg': 'cannot be downloaded',
        '/ftp.jpg': 'cannot be downloaded', '/empty.jpg': 'is empty',
        '/page.jpg': 'Pillow cannot read', '/model.pth': 'Pillow cannot read',
        '/gone.jpg': 'Not Found',
    }  # fmt: skip
    with serve(replies) as (server, _):
        for path, reason in reasons.items():
            with pytest.raises(ValueError, match=reason) as error:
                load_from_web(server + path)
            assert f'"{server}{path}"' in str(error.value)
    assert not marker.exists()


def test_a_slow_server_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(web_images, 'SECONDS', 0.5)
    start = time.monotonic()
    served = serve({'/x.jpg': drip(headers=False)})
    with served as (server, _), pytest.raises(ValueError, match=r'longer than 0\.5 s'):
        load_from_web(f'{server}/x.jpg')
    assert time.monotonic() - start < 8


def test_only_http_is_an_address() -> None:
    assert is_web_address('HTTPS://example.org/a.jpg')
    for text in ('file:///etc/passwd', 'ftp://a/b.jpg', 'http.jpg', Path('a'), b'http://a'):
        assert not is_web_address(text)
