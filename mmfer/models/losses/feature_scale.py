"""The scale of features in a loss on distances."""

from torch import Tensor

from mmfer.models.losses.centers import unit_vectors

SCALES = ('none', 'width', 'unit')


def check_scale(scale: str) -> str:
    """The scale, if it is known.

    Raises:
        ValueError: If it is not.
    """
    if scale not in SCALES:
        raise ValueError(f"scale='{scale}' must be one of {', '.join(SCALES)}.")
    return scale


def scale_features(features: Tensor, scale: str) -> Tensor:
    """Features (N, D) in float32 as a loss on distances sees them.

    Args:
        features: (N, D).
        scale: ``'none'`` leaves them as they are; ``'width'`` divides them by the square root of D,
            so that a squared distance is a mean over the elements instead of their sum; ``'unit'``
            divides them by their lengths.
    """
    features = features.float()
    if scale == 'width':
        return features / features.size(1) ** 0.5
    return unit_vectors(features) if scale == 'unit' else features
