import base64
import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from mmfer.pages.inline_images import figure_source, image_source


def decoded(source: str, kind: str) -> Image.Image:
    head, content = source.split(',')
    assert head == f'data:image/{kind};base64'
    return Image.open(io.BytesIO(base64.b64decode(content)))


def test_an_image_keeps_its_colors():
    image = np.full((24, 16, 3), (200, 40, 90), np.uint8)
    found = np.asarray(decoded(image_source(image), 'jpeg'))
    assert found.shape == image.shape
    assert np.abs(found.astype(int) - image).max() <= 6


def test_a_figure_is_a_png_of_its_size():
    assert decoded(figure_source(Figure(figsize=(2, 1), dpi=100)), 'png').size == (200, 100)
