"""Writing of images, such as figures and annotated copies, to files."""

import io
from pathlib import Path
from typing import Any

from PIL import Image

from mmfer.files import write_atomically


def write_image(path: str | Path, image: Image.Image, **options: Any) -> None:
    """Write an image by :func:`mmfer.files.write_atomically`, in the format of its suffix.

    Args:
        path: The file, such as ``face.png``.
        image: The image.
        options: Options of ``PIL.Image.Image.save``, such as ``quality``.

    Raises:
        OSError: If the file cannot be written.
        ValueError: If Pillow knows no format with this suffix.
    """
    suffix = Path(path).suffix.lower()
    formats = Image.registered_extensions()
    if suffix not in formats:
        raise ValueError(f'{path}: "{suffix}" is not a format of images. Use .png or .jpg.')
    content = io.BytesIO()
    image.save(content, formats[suffix], **options)
    write_atomically(path, content.getvalue())
