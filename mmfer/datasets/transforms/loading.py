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
    OpenCV would return a half-grey image. If a JPEG is shrunk, ``face_box``, ``landmarks`` and
    ``landmarks5`` of the sample are scaled with it.

    Args:
        min_side: Decode JPEGs, files and those in packs, by 1/2, 1/4 or 1/8 as long as the face
            keeps this many pixels, which is faster. The face is as large as the shorter side of
            ``face_box``, else as the landmarks lie apart, else as the shorter side of the image.
            PNG and other formats are read as a whole. None shrinks only very large JPEGs.

    Raises:
        ValueError: If ``min_side`` is no whole number, or below 1.
        BrokenImageError: If the file is missing, empty, truncated or not an image. The option
            ``broken`` of the data set sets the reaction.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage', min_side=112),
        ...             dict(type='ResizeFace', size=112)]
    """

    def __init__(self, min_side: int | None = None) -> None:
        if min_side is not None and (type(min_side) is not int or min_side < 1):
            raise ValueError(
                f'LoadExpressionImage(min_side={min_side!r}): give a whole number of pixels, 1 or '
                'more, or None for all.'
            )
        self.min_side = min_side

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img``, ``img_shape`` and ``ori_shape``."""
        loaded = load_with_factor(results, self.min_side)
        shape = loaded.pixels.shape[:2]
        read = {**results, 'img': loaded.pixels, 'img_shape': shape, 'ori_shape': shape}
        if loaded.shrunk > 1:
            for field, moved in (
                ('face_box', loaded.box),
                ('landmarks', loaded.points),
                ('landmarks5', loaded.points),
            ):
                if field in read:
                    read[field] = moved(read[field]).astype(np.float32)
        return read
