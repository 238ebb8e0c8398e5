"""Finds annotations that contradict the neighbors of an image."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmfer.engine.feature_bank import FeatureBank, unwrap
from mmfer.models.losses import neighbor_label_distribution
from mmfer.protocols import FindsNeighbors


def bank_similarity(model: nn.Module) -> Callable[[Tensor, Tensor], Tensor]:
    """The similarity by which a model finds neighbors: that of its neck, or else the cosine."""
    neck = getattr(unwrap(model), 'neck', None)
    if not isinstance(neck, FindsNeighbors):
        return lambda x, others: F.normalize(x, dim=1) @ F.normalize(others, dim=1).T
    device = next(model.parameters()).device
    return lambda x, others: neck.similarity(x.to(device), others.to(device)).cpu()


def bank_distributions(
    bank: FeatureBank,
    similarity: Callable[[Tensor, Tensor], Tensor],
    k: int,
    normalize: str = 'softmax',
    chunk: int = 1024,
) -> Tensor:
    """D (n, C) of every image in a bank, from its k nearest other images in the bank (eq. 18).

    Args:
        bank: Features and predictions of n images.
        similarity: A function from features (N, D) and (M, D) to (N, M), such as
            ``HIFENet.similarity``.
        k: Number of neighbors.
        normalize: See :func:`mmfer.models.losses.neighbor_label_distribution`.
        chunk: Number of images at a time; the memory is chunk x n.
    """
    parts = []
    with torch.no_grad():
        for start in range(0, len(bank.features), chunk):
            relation = similarity(bank.features[start : start + chunk], bank.features)
            parts.append(
                neighbor_label_distribution(
                    relation, bank.probs, k, normalize, exclude_self=True, self_offset=start
                )
            )
    return torch.cat(parts)


def neighbors_elsewhere(
    features: Tensor,
    others: Tensor,
    values: Tensor,
    similarity: Callable[[Tensor, Tensor], Tensor],
    k: int,
    chunk: int = 1024,
) -> Tensor:
    """D (N, C) of images from their k nearest images in another set (eq. 18).

    Args:
        features: Features of the images, (N, D).
        others: Features of the other set, (M, D).
        values: Predictions or one-hot labels of the other set, (M, C).
        similarity: See :func:`bank_distributions`.
        k: Number of neighbors.
        chunk: Number of images at a time; the memory is chunk x M.
    """
    with torch.no_grad():
        parts = [
            neighbor_label_distribution(similarity(part, others), values, k, exclude_self=False)
            for part in features.split(chunk)
        ]
    return torch.cat(parts)


def contradiction(distributions: Tensor, labels: Tensor) -> Tensor:
    """Share of other classes than the labels (n,) in distributions (n, C), from 0 to 1.

    The share of the strongest other class minus the share of the annotated class finds fewer
    planted errors.
    """
    return 1 - distributions.gather(1, labels[:, None])[:, 0]


def audit_rows(
    bank: FeatureBank, distributions: Tensor, classes: list[str], paths: list[str]
) -> list[dict]:
    """One row per image, the most suspicious first.

    Returns:
        Rows of ``img_path, sample_idx, label, suggestion`` (the strongest class of the neighbors),
        ``score`` (:func:`contradiction`) and ``confidence`` (the probability of the label by the
        model).
    """
    score = contradiction(distributions, bank.labels)
    confidence = bank.probs.gather(1, bank.labels[:, None])[:, 0]
    suggestion = distributions.argmax(1)
    return [
        {
            'img_path': paths[i],
            'sample_idx': int(bank.sample_idx[i]),
            'label': classes[int(bank.labels[i])],
            'suggestion': classes[int(suggestion[i])],
            'score': round(float(score[i]), 6),
            'confidence': round(float(confidence[i]), 6),
        }
        for i in score.argsort(descending=True).tolist()
    ]
