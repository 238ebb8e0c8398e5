from pathlib import Path

import pytest

from mmfer.synthetic import Head, Renderer
from mmfer.synthetic.generate import generate


@pytest.fixture(scope='session')
def head() -> Head:
    return Head()


@pytest.fixture(scope='session')
def renderer(head: Head) -> Renderer:
    return Renderer(head)


@pytest.fixture(scope='session')
def casme2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve clips in the files of CASME II."""
    root = tmp_path_factory.mktemp('clips') / 'casme2'
    return generate('casme2', root, 'tiny', seed=1, size=40, images=12, progress=False)
