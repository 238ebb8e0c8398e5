"""Reading an image for a pipeline."""

from mmcv.transforms import BaseTransform

from mmfer.datasets.images import load_bgr
from mmfer.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadFace(BaseTransform):
    """Reads ``img_path`` as (H, W, 3) uint8 BGR, whatever its kind.

    EXIF rotation, grey, alpha, palettes and 16 bits are handled; see
    :func:`mmfer.faces.read_image`.

    Raises:
        BrokenImageError: If the image is truncated, empty or none.

    Example:
        >>> train_pipeline = [dict(type='LoadFace'), dict(type='PackInputs')]
    """

    def transform(self, results: dict) -> dict:
        image = load_bgr(results['img_path'])
        results['img'] = image
        results['img_shape'] = results['ori_shape'] = image.shape[:2]
        return results
