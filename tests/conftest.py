"""Fixtures for all tests."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from mmengine.logging import MMLogger

from mmfer import compat  # noqa: F401  (before torchvision and mmpretrain)
from mmfer.synthetic.generate import generate
from tests.environments import build_wheel
from tests.helpers import speed_up_trainings, write_images

torch.set_num_threads(1)


def pytest_collection_finish() -> None:
    """The modules of all tests are imported."""
    speed_up_trainings()


@pytest.fixture(autouse=True, scope='module')
def freed_memory() -> Iterator[None]:
    """Free networks in cycles after each file; Python would collect them late."""
    yield
    gc.collect()


@pytest.fixture(scope='session')
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve images of 32 px in three class folders below ``train``."""
    return write_images(tmp_path_factory.mktemp('images'))


@pytest.fixture(scope='session')
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build_wheel(tmp_path_factory.mktemp('wheel'))


@pytest.fixture(scope='session')
def rendered_fgemotions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny preset in FG-Emotions' layout, with a fifth of the training labels moved."""
    root = tmp_path_factory.mktemp('synthetic') / 'fgemotions'
    return generate('fgemotions', root, 'tiny', size=48, label_noise=0.2, progress=False)


@pytest.fixture(scope='session')
def rendered_rafdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 images in RAF-DB's layout."""
    root = tmp_path_factory.mktemp('synthetic') / 'rafdb'
    return generate('rafdb', root, 'tiny', seed=3, size=48, images=24, progress=False)


@pytest.fixture(scope='session')
def rendered_casme2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve clips in the layout of CASME II, with the oddities of the real set."""
    root = tmp_path_factory.mktemp('clips') / 'casme2'
    return generate('casme2', root, 'tiny', seed=1, size=40, images=12, progress=False)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """The messages of mmengine's current logger."""
    messages: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    logger, collector = MMLogger.get_current_instance(), Collector()
    level = logger.level  # that of the last training in this process
    logger.setLevel(logging.DEBUG)
    logger.addHandler(collector)
    yield messages
    logger.removeHandler(collector)
    logger.setLevel(level)
