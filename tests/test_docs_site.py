"""The docs as a site: built by a real process without a warning, and read in a real browser."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

import mmfer.apis
from tests.demo.test_app import BROWSER
from tests.helpers import ROOT, tool_environment


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('docs') / 'site'
    command = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--site-dir', str(folder)]
    result = subprocess.run(
        command, cwd=ROOT, env=tool_environment(), capture_output=True, text=True, timeout=600
    )
    assert result.returncode == 0, result.stderr
    return folder


class Loaded(HTMLParser):
    """What a browser loads with a page: scripts, styles and images; links are not followed."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page.read_text(encoding='utf-8'))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get('href' if tag == 'link' else 'src')
        if tag in ('link', 'script', 'img', 'iframe', 'source') and address:
            self.addresses.append(address)


def test_every_page_is_there_and_its_files_are_in_the_site(site: Path) -> None:
    pages = list(site.rglob('*.html'))
    for page in pages:
        for address in map(urlsplit, Loaded(page).addresses):
            assert not address.netloc, f'{page.name} loads {address.geturl()}'
            target = site if page.name == '404.html' else page.parent
            assert (target / address.path.lstrip('/')).resolve().is_file(), address
    named = {path.relative_to(ROOT).with_suffix('.html') for path in ROOT.glob('docs/**/*.md')}
    guides = {path.with_name('index.html') if path.stem == 'README' else path for path in named}
    assert guides <= {page.relative_to(site) for page in pages}


def test_links_out_of_the_guides_lead_to_files_of_the_site(site: Path) -> None:
    text = (site / 'docs' / 'limits_and_law.html').read_text(encoding='utf-8')
    assert 'href="../mmfer/weights/index.html"' in text
    assert (site / 'mmfer' / 'weights' / 'index.html').is_file()


def test_the_reference_has_the_public_names(site: Path) -> None:
    text = (site / 'api' / 'mmfer.apis.html').read_text(encoding='utf-8')
    for name in mmfer.apis.__all__:
        assert f'id="mmfer.apis.{name}"' in text, name
    losses = (site / 'api' / 'mmfer.models.losses.html').read_text(encoding='utf-8')
    for name in ('CenterLoss', 'center_loss.center_loss', 'neighbor_label_distribution'):
        assert f'id="mmfer.models.losses.{name}"' in losses, name
    assert ':class:' not in text and '::</p>' not in text


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(site))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}/index.html'
        server.shutdown()


@pytest.mark.skipif(BROWSER is None, reason='no browser is installed: apt-get install chromium')
def test_a_browser_finds_a_name_and_asks_no_other_server(address: str) -> None:
    hosts = set()
    with sync_playwright() as library:
        browser = library.chromium.launch(executable_path=BROWSER, args=['--no-sandbox'])
        page = browser.new_page(viewport={'width': 1300, 'height': 900})
        page.on('request', lambda request: hosts.add(urlsplit(request.url).hostname))
        page.set_default_timeout(60_000)
        page.goto(address)
        page.get_by_role('textbox', name='Search').fill('FERInferencer')
        found = page.locator('.md-search-result__link[href*="api/mmfer.apis.html"]').first
        expect(found).to_be_attached(timeout=60_000)
        browser.close()
    assert hosts == {'127.0.0.1'}
