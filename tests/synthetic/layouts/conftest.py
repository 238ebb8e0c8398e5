from pathlib import Path

import pytest

from mmfer.synthetic.generate import generate

IMAGES = {'affectnet': 48, 'celeba': 36, 'ferplus': 60, 'ifer': 24}


@pytest.fixture(scope='session')
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A few images in each layout of :data:`IMAGES`."""
    root = tmp_path_factory.mktemp('layouts')
    return {
        name: generate(
            name,
            root / name,
            'tiny',
            seed=1,
            size=48,
            images=images,
            label_noise=0.2 if name == 'ferplus' else 0.0,
            progress=False,
        )
        for name, images in IMAGES.items()
    }


@pytest.fixture
def affectnet(rendered: dict[str, Path]) -> Path:
    return rendered['affectnet']


@pytest.fixture
def celeba(rendered: dict[str, Path]) -> Path:
    return rendered['celeba']


@pytest.fixture
def ferplus(rendered: dict[str, Path]) -> Path:
    return rendered['ferplus']


@pytest.fixture
def ifer(rendered: dict[str, Path]) -> Path:
    return rendered['ifer']
