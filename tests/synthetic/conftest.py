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
def rendered_fgemotions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny preset in FG-Emotions' files, with a fifth of the training labels moved."""
    root = tmp_path_factory.mktemp('synthetic') / 'fgemotions'
    return generate('fgemotions', root, 'tiny', size=48, label_noise=0.2, progress=False)


@pytest.fixture(scope='session')
def rendered_rafdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 images in RAF-DB's files."""
    root = tmp_path_factory.mktemp('synthetic') / 'rafdb'
    return generate('rafdb', root, 'tiny', seed=3, size=48, images=24, progress=False)
