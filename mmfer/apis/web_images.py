"""Images at addresses, downloaded within limits."""

from io import BytesIO
from typing import Any

from mmfer.faces.image_decoder import LoadedImage, decode_image
from mmfer.web import DownloadError, fetch

MIB = 2**20
MOST_BYTES = 64 * MIB
"""Maximum size of an image file from an address."""
SECONDS = 60.0
"""Maximum time of a download."""


def is_web_address(text: Any) -> bool:
    """Whether something is an ``http(s)://`` address."""
    return isinstance(text, str) and text.lower().startswith(('http://', 'https://'))


def load_from_web(url: str) -> LoadedImage:
    """Download an image and decode it; the content is only ever read as an image.

    Args:
        url: An ``http://`` or ``https://`` address. Redirects to other schemes are refused.

    Raises:
        ValueError: If the download fails, has more than 64 MiB, or takes longer than a minute; or
            if the content is no image.

    Example:
        >>> load_from_web('https://example.org/photo.jpg').pixels.shape
        (480, 640, 3)
    """
    content = BytesIO()
    try:
        fetch(url, content, MOST_BYTES, SECONDS, f'{MOST_BYTES // MIB} MiB')
    except DownloadError as error:
        raise ValueError(
            f'The image "{url}" cannot be downloaded: {error}. Check the address and the '
            'connection, or download the file and give its path.'
        ) from error
    if not content.tell():
        raise ValueError(f'"{url}" is empty (0 bytes). Check the address.')
    content.seek(0)
    return decode_image(content, f'"{url}"')
