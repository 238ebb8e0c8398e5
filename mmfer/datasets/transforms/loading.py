"""Reading of the image of a sample."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform

from mmfer.datasets.files.images import load_with_factor
from mmfer.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadExpressionImage(BaseTransform):
    """Read ``img_path`` as ``img`` (H, W, 3) uint8 BGR, for all image formats.

    An image in a packed file is read by the field ``packed_image`` of the sample.

    EXIF rotation is applied, grey and 16-bit images become 8-bit color images, and transparent
    parts become white, as in :func:`mmfer.faces.read_image`. A truncated file is an error, although
    OpenCV would return a half-grey image. If a very large JPEG is shrunk, ``face_box``,
    ``landmarks`` and ``landmarks5`` of the sample are scaled with it.

    Raises:
        BrokenImageError: If the file is missing, empty, truncated or not an image. The option
            ``broken`` of the data set sets the reaction.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=112)]
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img``, ``img_shape`` and ``ori_shape``."""
        image, shrunk = load_with_factor(results)
        shape = image.shape[:2]
        read = {**results, 'img': image, 'img_shape': shape, 'ori_shape': shape}
        if shrunk > 1:
            half = (shrunk - 1) / 2  # the center of the first pixel is (0, 0)
            for field, shift in (('face_box', 0), ('landmarks', half), ('landmarks5', half)):
                if field in read:
                    read[field] = ((np.asarray(read[field]) - shift) / shrunk).astype(np.float32)
        return read
