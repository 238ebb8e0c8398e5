"""Rankings of images by how likely their label is wrong, and how good a ranking is."""

from collections.abc import Mapping

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score


def self_confidence(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """One minus the probability of the label: suspicions (N,) from 0 to 1.

    Args:
        probs: Class probabilities (N, C).
        labels: The labels to check, (N,).
    """
    return 1 - probs[np.arange(len(labels)), labels]


def confident_learning(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The suspicion of confident learning (Northcutt, Jiang and Chuang, JAIR 70, 2021).

    The threshold of a class is the mean probability of the class among the images with its label,
    t_j = mean over i with y_i = j of p_ij (eq. 2), which corrects for classes of which a model is
    less sure. The suspicion is the margin of the best other class over the label, both above their
    thresholds: max over j != y_i of (p_ij - t_j), minus (p_iy - t_y). Classes without a label have
    no threshold and are left out.

    Args:
        probs: Class probabilities (N, C) by a model that was not trained on the image.
        labels: The labels to check, (N,).

    Returns:
        Suspicions (N,).

    Raises:
        ValueError: If all labels are the same.
    """
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError('All labels are the same, so no other class can be more likely.')
    excess = np.full(probs.shape, -np.inf)
    for j in classes:
        excess[:, j] = probs[:, j] - probs[labels == j, j].mean()
    rows = np.arange(len(labels))
    own = excess[rows, labels]
    excess[rows, labels] = -np.inf
    return excess.max(axis=1) - own


def mean_rank(*suspicions: np.ndarray) -> np.ndarray:
    """The mean of the ranks of several suspicions (N,), as a share of N from 0 to 1."""
    return np.mean([rankdata(suspicion) for suspicion in suspicions], axis=0) / len(suspicions[0])


def check_wrong(wrong: np.ndarray) -> None:
    """Check that some labels are wrong and some are right.

    Raises:
        ValueError: If no ranking can be judged.
    """
    if wrong.all() or not wrong.any():
        raise ValueError(
            f'{int(wrong.sum())} of {len(wrong)} labels are wrong, so no ranking can be judged.'
        )


def detection_report(
    suspicions: Mapping[str, np.ndarray],
    wrong: np.ndarray,
    reference: str,
    first: float = 0.1,
    draws: int = 200,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Measure how well the suspicions of a method find wrong labels, in percent.

    Args:
        suspicions: Suspicions (N,) by the name of their method.
        wrong: Whether the label is wrong, (N,) bool.
        reference: The method with which the others are compared.
        first: The share of images, the most suspicious ones, for the precision.
        draws: Number of bootstrap draws of the images.
        seed: Seed of the draws.

    Returns:
        For each method ``auroc``; ``precision``, the share of wrong labels among the first images;
        ``gain``, the AUROC minus the AUROC of the reference; and ``gain_error``, the standard
        deviation of the gain over the draws, its standard error.

    Raises:
        ValueError: If all or no labels are wrong, or there is no such reference.
    """
    check_wrong(wrong)
    if reference not in suspicions:
        raise ValueError(f'No method "{reference}": choose one of {", ".join(suspicions)}.')
    count = max(1, round(first * len(wrong)))
    rng = np.random.default_rng(seed)
    chosen = [rng.integers(0, len(wrong), len(wrong)) for _ in range(draws)]
    chosen = [index for index in chosen if 0 < wrong[index].sum() < len(index)]
    drawn = {
        name: np.array([roc_auc_score(wrong[index], values[index]) for index in chosen])
        for name, values in suspicions.items()
    }
    auroc = {name: roc_auc_score(wrong, values) for name, values in suspicions.items()}
    return {
        name: {
            'auroc': float(100 * auroc[name]),
            'precision': float(100 * wrong[np.argsort(-values, kind='stable')[:count]].mean()),
            'gain': float(100 * (auroc[name] - auroc[reference])),
            'gain_error': float(100 * (drawn[name] - drawn[reference]).std(ddof=1)),
        }
        for name, values in suspicions.items()
    }
