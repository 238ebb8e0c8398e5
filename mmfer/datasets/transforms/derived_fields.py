"""Fields that depend on the position of the face, and transforms that would make them wrong.

A flip or a crop moves the image, its landmarks and its boxes together. It cannot move a landmark
mask or cropped regions, so it refuses samples with these fields.
"""

from collections.abc import Collection
from typing import Any, ClassVar

from mmcv.transforms import BaseTransform

DERIVED_FIELDS = {
    'landmark_mask': 'LandmarkMask',
    'region_valid': 'CropRegions',
    'motion': 'MotionInput',
}
"""The derived fields, and for each the transform that computes it from the current image.

A plugin with a transform that computes such a field adds the field here.
"""


def refuse_derived_fields(
    results: dict[str, Any], transform: str, stays_right: Collection[str] = ()
) -> None:
    """Check that a sample has no derived field that a transform would make wrong.

    Args:
        results: The sample.
        transform: The name of the transform.
        stays_right: The derived fields that the transform does not make wrong.

    Raises:
        ValueError: If the sample has such a field.
    """
    for field, source in DERIVED_FIELDS.items():
        if field in results and field not in stays_right:
            remedy = f'Put {transform} before {source} in the pipeline.'
            if transform == source:
                remedy = f'Remove one {source} from the pipeline.'
            raise ValueError(
                f'{transform} would make "{field}" of "{results.get("img_path", "an image")}" '
                f'wrong, because {source} computed it from the previous image. {remedy}'
            )


class GeometricTransform(BaseTransform):
    """The base of transforms that change the position of the face in the image.

    A subclass implements :meth:`transform_face`, which moves image, landmarks and boxes together,
    usually with :func:`mmfer.datasets.transforms.geometry.move`.

    Raises:
        ValueError: If a sample has a derived field (:data:`DERIVED_FIELDS`) that the transform
            would make wrong, even if the transform changes nothing this time.
    """

    stays_right: ClassVar[tuple[str, ...]] = ()
    """The derived fields that the transform does not make wrong."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Refuse derived fields, then change the sample."""
        refuse_derived_fields(results, type(self).__name__, self.stays_right)
        return self.transform_face(results)

    def transform_face(self, results: dict[str, Any]) -> dict[str, Any]:
        """The changed sample.

        Args:
            results: The sample, with ``img`` (H, W, 3) uint8.
        """
        raise NotImplementedError
