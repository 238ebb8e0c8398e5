"""The page in a real browser: Debian's or Ubuntu's Chromium, without a window."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.apis.model_files import ASTRONAUT
from tests.demo.film import write_film
from tests.helpers import ROOT, tool_environment

NAMES = ('chromium', 'chromium-browser', 'google-chrome')
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
PATIENCE = 240_000
"""Milliseconds to wait for an answer."""
pytestmark = pytest.mark.skipif(
    BROWSER is None,
    reason='no browser is installed: apt-get install chromium (see requirements/tests.txt)',
)


def answers(address: str) -> bool:
    try:
        urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope='module')
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(ROOT / 'tools' / 'demo.py'), '--port', str(port)]
    with subprocess.Popen(command, env=tool_environment(), stdout=subprocess.PIPE) as process:
        try:
            found = f'http://127.0.0.1:{port}'
            end = time.monotonic() + 600
            while process.poll() is None and not answers(found):
                assert time.monotonic() < end, 'the page is not served in ten minutes'
                time.sleep(0.5)
            assert process.poll() is None, 'the process of the page ended'
            assert process.stdout is not None
            told = f'The page is at {found}/ Stop it with Ctrl+C.\n'
            assert any(line.decode() == told for line in iter(process.stdout.readline, b''))
            yield found
        finally:
            process.terminate()


@pytest.fixture(scope='module')
def hosts() -> set[str]:
    """The hosts that the page asks for something."""
    return set()


@pytest.fixture(scope='module')
def page(address: str, hosts: set[str]) -> Iterator[Page]:
    with sync_playwright() as library:
        options = dict(executable_path=BROWSER, args=['--no-sandbox'])
        browser = library.chromium.launch(**options)
        opened = browser.new_page(viewport={'width': 1200, 'height': 1000})
        opened.on('request', lambda request: hosts.add(urlsplit(request.url).hostname or ''))
        opened.set_default_timeout(PATIENCE)
        opened.goto(address)
        yield opened
        browser.close()


def upload(page: Page, file: Path, kind: str) -> None:
    """Give a file to the upload of a fresh page."""
    page.reload()
    page.get_by_role('button', name='Read the faces').wait_for()
    if kind == 'video':
        page.get_by_role('tab', name='Video').click()
    with page.expect_response(lambda response: '/upload' in response.url):
        page.locator(f'input[type=file][accept*="{kind}"]').first.set_input_files(file)
    page.wait_for_timeout(1000)  # until the page has the place of the file


def test_a_photograph_is_read(page: Page):
    upload(page, ASTRONAUT, 'image')
    page.get_by_label('show the regions behind the answer').check()
    page.get_by_role('button', name='Read the faces').click()
    expect(page.get_by_text('1 face found.')).to_be_visible(timeout=PATIENCE)
    answer = page.get_by_role('gridcell', name='happiness', exact=True).first
    expect(answer).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text('regions for happiness').first).to_be_attached(timeout=PATIENCE)
    assert page.get_by_role('button', name='Share').count() == 0


def test_an_upload_that_is_no_image_gives_words(page: Page, tmp_path: Path):
    text = tmp_path / 'photo.jpg'
    text.write_text('This is no image.')
    upload(page, text, 'image')
    page.get_by_role('button', name='Read the faces').click()
    said = page.get_by_text('Pillow cannot read the upload as an image.')
    expect(said).to_be_visible(timeout=PATIENCE)


def test_a_video_is_read(page: Page, tmp_path: Path):
    upload(page, write_film(tmp_path / 'film.mp4', frames=12), 'video')
    page.get_by_role('button', name='Follow the faces').click()
    said = page.get_by_text('frames read, 1 face followed.')
    expect(said).to_be_visible(timeout=PATIENCE)
    # The page shows the name in two parts, the stem and the suffix.
    file = page.locator('[href*="faces.csv"], [download*="faces.csv"]').first
    expect(file).to_be_attached(timeout=PATIENCE)


def test_the_page_asks_nobody_else(page: Page, hosts: set[str]):
    assert hosts - {''} == {'127.0.0.1'}
