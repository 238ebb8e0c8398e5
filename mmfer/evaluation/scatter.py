"""The scatter ratio: how compact the classes are in feature space."""

import numpy as np


def scatter_ratio(features: np.ndarray, labels: np.ndarray) -> float:
    """Trace of the within-class scatter divided by the trace of the between-class scatter.

    With the mean m_c of the n_c features of class c and the mean m of all features:
    ``sum_i |x_i - m_(y_i)|^2 / sum_c n_c |m_c - m|^2``. A smaller ratio means classes that are more
    compact relative to their distances. Scaling, rotation and translation of all features do not
    change the ratio.

    Args:
        features: (N, D).
        labels: (N,), the class of each sample.

    Raises:
        ValueError: If the shapes differ, a feature is not finite, no class has two samples, or all
            class means are equal, as with a single class.
    """
    if features.ndim != 2 or labels.shape != features.shape[:1] or not len(labels):
        raise ValueError(
            f'Features {features.shape} and labels {labels.shape}: give (N, D) and (N,), with at '
            'least one sample.'
        )
    if not np.isfinite(features).all():
        row = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
        raise ValueError(f'The features of sample {row} are not finite. The training diverged.')
    values = features.astype(np.float64)
    values = values - values.mean(axis=0)
    classes, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if counts.max() < 2:
        raise ValueError(
            f'Each of the {len(classes)} classes has only one sample, so there is no scatter '
            'within classes. Give more samples.'
        )
    sums = np.zeros((len(classes), values.shape[1]))
    np.add.at(sums, index, values)
    means = sums / counts[:, None]
    between = (counts * (means**2).sum(axis=1)).sum()
    within = ((values - means[index]) ** 2).sum()
    if not between > np.finfo(np.float64).eps * within:
        raise ValueError(
            f'The means of the {len(classes)} classes are equal, so there is no scatter between '
            'classes. Give features of at least two classes, from a model that is not constant.'
        )
    return float(within / between)
