"""Lines in the log, with mmengine and where it is not installed."""

import io
import logging
import sys

import numpy as np
import pytest
from PIL import Image

from mmfer.faces import image_decoder
from mmfer.faces.log import log_line


def test_a_line_is_in_the_log_of_mmengine(log: list[str]) -> None:
    log_line('A line.')
    assert log == ['A line.']


def test_without_mmengine_a_large_jpeg_is_read_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, 'mmengine.logging', None)
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 1000)
    stream = io.BytesIO()
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(stream, 'jpeg')
    stream.seek(0)
    with caplog.at_level(logging.INFO, 'mmfer'):
        image = image_decoder.decode_image(stream, '"a.jpg"')
    assert image.shrunk == 2 and image.pixels.shape == (20, 30, 3)
    assert caplog.messages == ['"a.jpg" has 60 x 40 pixels and is read at 30 x 20.']
