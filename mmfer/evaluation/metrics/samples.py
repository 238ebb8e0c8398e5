"""Values that metrics read from a tested sample."""

from typing import Any

import numpy as np


def scores_of(sample: dict[str, Any]) -> np.ndarray:
    """The predicted probabilities, (C,).

    Raises:
        ValueError: If a probability is not finite.
    """
    scores = sample['pred_score'].detach().float().cpu().numpy()
    if not np.isfinite(scores).all():
        raise ValueError(
            f'The scores of "{sample.get("img_path")}" are not finite (NaN or infinity), so there '
            'is no answer to measure. Check the weights: the training may have diverged.'
        )
    return scores


def label_of(sample: dict[str, Any]) -> int:
    """The true class.

    Raises:
        ValueError: If the sample has no label.
    """
    if 'gt_label' not in sample:
        raise ValueError(
            f'The sample "{sample.get("img_path")}" has no gt_label. For attributes, use '
            'AttributeMetric; for expressions, use a reader that sets gt_label.'
        )
    return int(sample['gt_label'])


def attributes_of(sample: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each attribute is present, and whether it is known, both (A,).

    Raises:
        ValueError: If the sample has no attributes.
    """
    if 'gt_score' not in sample:
        raise ValueError(
            f'The sample "{sample.get("img_path")}" has no gt_score, so no attributes. For '
            'expressions, use ExpressionMetric; for attributes, a reader such as CelebA.'
        )
    target = sample['gt_score'].detach().float().cpu().numpy()
    mask = sample.get('attribute_mask')
    return target, np.ones(len(target), dtype=bool) if mask is None else mask.cpu().numpy()
