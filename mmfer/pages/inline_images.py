"""Images inside a page, as ``data:`` addresses."""

import base64
import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image


def figure_source(figure: Figure) -> str:
    """A figure as a PNG."""
    content = io.BytesIO()
    figure.savefig(content, format='png')
    return _source(content, 'png')


def image_source(image: np.ndarray, quality: int = 88) -> str:
    """An image (H, W, 3) uint8 RGB as a JPEG."""
    content = io.BytesIO()
    Image.fromarray(image).save(content, 'JPEG', quality=quality)
    return _source(content, 'jpeg')


def _source(content: io.BytesIO, kind: str) -> str:
    return f'data:image/{kind};base64,{base64.b64encode(content.getvalue()).decode("ascii")}'
