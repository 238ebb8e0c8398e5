"""How compact the classes are among features."""

import numpy as np


def scatter_ratio(features: np.ndarray, labels: np.ndarray) -> float:
    """Trace of the within-class scatter over trace of the between-class scatter.

    With the mean of each class m_c, of its n_c features, and of all m:
    ``sum_i |x_i - m_(y_i)|^2 / sum_c n_c |m_c - m|^2``. The smaller, the more compact are the
    classes for how far they lie apart; scaling, turning or moving all features changes nothing.

    Args:
        features: (N, D).
        labels: (N,), the class of each.

    Raises:
        ValueError: If the shapes do not fit, a feature is not finite, no class has two samples,
            or the class means do not differ, as with one class only.
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
            f'Each of {len(classes)} classes has one sample only, so there is no scatter within '
            'them. Give more samples.'
        )
    sums = np.zeros((len(classes), values.shape[1]))
    np.add.at(sums, index, values)
    means = sums / counts[:, None]
    between = (counts * (means**2).sum(axis=1)).sum()
    within = ((values - means[index]) ** 2).sum()
    if not between > np.finfo(np.float64).eps * within:
        raise ValueError(
            f'The means of {len(classes)} classes do not differ, so there is no scatter between '
            'them. Give features of two or more classes, and of a model that is not constant.'
        )
    return float(within / between)
