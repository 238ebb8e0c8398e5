"""What a head takes from the output of its neck, and the errors if the neck does not give it."""

from torch import Tensor

from mmfer.protocols import GivesLabels, GivesPooled

NeckOutput = tuple[Tensor | None, ...]


def pooled_features(feats: NeckOutput, option: str) -> Tensor:
    """The pooled features (N, D) of the backbone.

    Args:
        feats: The output of the neck.
        option: The head and the option that need the features, for the error.

    Raises:
        ValueError: If the neck does not give pooled features.
    """
    found = feats.pooled if isinstance(feats, GivesPooled) else None
    return _needed(found, option, 'pooled features')


def label_vectors(feats: NeckOutput, option: str) -> Tensor:
    """The label vectors (C, D); arguments and errors as in :func:`pooled_features`."""
    found = feats.labels if isinstance(feats, GivesLabels) else None
    return _needed(found, option, 'lgifo and labels')


def image_relation(feats: NeckOutput, head: str) -> Tensor:
    """The relation (N, M) of N images to M images.

    Args:
        feats: The output of the neck, the relation first.
        head: Name of the head, for the error.

    Raises:
        ValueError: If the first output is no relation.
    """
    relation = feats[0]
    if len(feats) < 2 or relation is None or relation.ndim != 2:
        raise ValueError(
            f'{head} with neighbor_loss needs the relation (N, M) as the first output of the neck: '
            "use HIFENet (neighbors='cosine' without itrr), or set neighbor_loss=None."
        )
    return relation


def _needed(found: Tensor | None, option: str, needed: str) -> Tensor:
    if found is None:
        raise ValueError(
            f'{option} needs {needed} from the neck, but the neck gives none: use HIFENet with '
            'these parts, or leave out the option.'
        )
    return found
