"""The states of random generators survive a checkpoint."""

import random
from pathlib import Path

import numpy as np
import torch

from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.rank_state import random_state, set_random_state


def draw() -> tuple[float, ...]:
    numbers = np.random.rand(), np.random.normal()  # noqa: NPY002
    return random.random(), random.gauss(0, 1), *numbers, float(torch.rand(()))


def test_a_saved_state_gives_the_same_numbers(tmp_path: Path) -> None:
    random.gauss(0, 1), np.random.normal()  # noqa: NPY002  (both keep a second number)
    torch.save(random_state(), tmp_path / 'state.pth')
    expected = draw()
    assert draw() != expected
    set_random_state(load_from_disk(str(tmp_path / 'state.pth')))
    assert draw() == expected
