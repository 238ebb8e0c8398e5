"""The true classes of an image, in one form for classes and for attributes."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def true_classes(info: Mapping[str, Any]) -> list[int]:
    """The indices of the classes, or of the present attributes, of an image.

    Args:
        info: A sample of a reader. ``gt_label`` is one class or several; ``gt_score`` (C,) without
            ``gt_label`` holds attributes, present above 0.5.

    Returns:
        The indices; none for an image without truth or without any of the attributes.
    """
    label = info.get('gt_label')
    if label is not None:
        return [int(one) for one in np.atleast_1d(label)]
    score = info.get('gt_score')
    return [] if score is None else np.flatnonzero(np.asarray(score) > 0.5).tolist()
