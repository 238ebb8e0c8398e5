"""Reading a sample's image."""

from typing import Any

from mmcv.transforms import BaseTransform

from mmfer.datasets.files.images import load_sample
from mmfer.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadExpressionImage(BaseTransform):
    """Read ``img_path`` as ``img`` (H, W, 3) uint8 BGR, whatever the file holds.

    An image that lies in a file with others is read through the sample's ``packed_image``.

    EXIF rotation is applied, grey and 16-bit images become color of 8 bits, and transparent
    parts are laid on white, as in :func:`mmfer.faces.read_image`. A truncated file is an error,
    where OpenCV would give a half-grey picture.

    Raises:
        BrokenImageError: If the file is missing, empty, truncated or no picture. The data set's
            option ``broken`` says what happens then.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=112)]
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img``, ``img_shape`` and ``ori_shape``."""
        image = load_sample(results)
        return {**results, 'img': image, 'img_shape': image.shape[:2], 'ori_shape': image.shape[:2]}
