from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.demo import limits
from mmfer.demo.limits import check_frame, load_photo
from mmfer.faces import read_image
from mmfer.faces.video import Frame
from tests.apis.model_files import ASTRONAUT


def test_a_photograph_is_read():
    np.testing.assert_array_equal(load_photo(ASTRONAUT).pixels, read_image(ASTRONAUT))


def test_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path):
    path = tmp_path / 'large.png'
    Image.new('1', (6000, 5000)).save(path)
    with pytest.raises(ValueError, match='the upload has 6000 x 5000 pixels, but at most 25 mill'):
        load_photo(path)


def test_many_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, 'MOST_BYTES', 2**20)
    path = tmp_path / 'long.png'
    path.write_bytes(bytes(3 * 2**20))
    with pytest.raises(ValueError, match='has 3 MiB, but at most 1 MiB are read'):
        load_photo(path)


@pytest.mark.parametrize('content', [b'', b'not an image', b'\x89PNG\r\n\x1a\n' + bytes(50)])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / 'a.jpg'
    path.write_bytes(content)
    with pytest.raises(ValueError, match='the upload'):
        load_photo(path)


def test_large_frames_of_a_video_are_refused():
    small = Frame(0, 0.0, np.zeros((40, 50, 3), np.uint8))
    assert check_frame(small) is small
    large = np.broadcast_to(np.zeros(3, np.uint8), (5000, 6000, 3))
    with pytest.raises(ValueError, match='frames of 6000 x 5000 pixels, but at most 25 million'):
        check_frame(Frame(0, 0.0, large))
