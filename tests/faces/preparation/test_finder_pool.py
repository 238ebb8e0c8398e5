import os
import signal
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mmfer.faces import read_image
from mmfer.faces.detection.face_finder import Picture
from mmfer.faces.preparation.finder_pool import FinderPool, FindingOptions

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'
PICTURES = [Picture(f'{i}.jpg', partial(read_image, ASTRONAUT)) for i in range(6)]


def kill_this_process() -> np.ndarray:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_processes_give_what_one_gives():
    with FinderPool(FindingOptions()) as alone, FinderPool(FindingOptions(), jobs=2) as pool:
        expected = [found.to_dict() for found in alone.map(PICTURES)]
        assert [found.to_dict() for found in pool.map(PICTURES)] == expected
        assert list(pool.map([])) == []
        with pytest.raises(RuntimeError, match='One of 2 processes was killed'):
            list(pool.map([Picture('a.jpg', kill_this_process)]))


def test_threads_are_as_before():
    threads = torch.get_num_threads(), cv2.getNumThreads()
    with FinderPool(FindingOptions()) as pool:
        list(pool.map(PICTURES[:1]))
    assert (torch.get_num_threads(), cv2.getNumThreads()) == threads


def test_options_out_of_range(tmp_path):
    for options, jobs, message in (
        (FindingOptions(), 0, 'jobs'),
        (FindingOptions(min_face_size=3), 1, 'min_face_size=3'),
    ):
        with pytest.raises(ValueError, match=message):
            FinderPool(options, jobs)
    with pytest.raises(FileNotFoundError, match='nothing.npz'):
        FindingOptions(weights=str(tmp_path / 'nothing.npz')).to_dict()


def test_weights_are_known_by_their_content(tmp_path):
    from mmfer.faces.detection.landmarker import WEIGHTS

    copy = tmp_path / 'copy.npz'
    copy.write_bytes(WEIGHTS.read_bytes())
    assert FindingOptions(weights=str(copy)).to_dict() == FindingOptions().to_dict()
    copy.write_bytes(WEIGHTS.read_bytes() + b'\0')
    assert FindingOptions(weights=str(copy)).to_dict() != FindingOptions().to_dict()
