"""Fixtures for all tests."""

from pathlib import Path

import pytest
import torch

from mmfer import compat  # noqa: F401  (before torchvision and mmpretrain)
from tests.helpers import write_images

torch.set_num_threads(1)


@pytest.fixture(scope='session')
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of 32 px in three class folders below ``train``."""
    return write_images(tmp_path_factory.mktemp('images'))
