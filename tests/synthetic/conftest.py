from pathlib import Path

import pytest

from mmfer.synthetic import Head, Renderer


@pytest.fixture(scope='session')
def head() -> Head:
    return Head()


@pytest.fixture(scope='session')
def renderer(head: Head) -> Renderer:
    return Renderer(head)


@pytest.fixture
def casme2(rendered_casme2: Path) -> Path:
    """Twelve clips in the layout of CASME II."""
    return rendered_casme2
