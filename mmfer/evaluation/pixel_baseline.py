"""A baseline for expressions: a linear classifier on grey pixels."""

from collections.abc import Iterable

import cv2
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.covariance import empirical_covariance, ledoit_wolf_shrinkage, shrunk_covariance
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

SIDE = 28
LEAST_SHRINKAGE = 1e-4
"""For a class of two images, Ledoit and Wolf's estimate is 0, and the covariance has no inverse."""


class ShrunkCovariance(BaseEstimator):
    """The covariance of scikit-learn's ``shrinkage='auto'``, with a least shrinkage."""

    def fit(self, pixels: np.ndarray) -> 'ShrunkCovariance':
        """Estimate the covariance (D, D) of pixels (N, D)."""
        scaler = StandardScaler()
        scaled = scaler.fit_transform(pixels)
        shrinkage = max(ledoit_wolf_shrinkage(scaled), LEAST_SHRINKAGE)
        shrunk = shrunk_covariance(empirical_covariance(scaled), shrinkage)
        self.covariance_ = scaler.scale_[:, None] * shrunk * scaler.scale_
        return self


def grey_pixels(images: Iterable[np.ndarray], side: int = SIDE) -> np.ndarray:
    """Resize images to small grey vectors, each with mean 0 and standard deviation 1.

    Args:
        images: (H, W, 3) uint8 BGR images of any size.
        side: The side in pixels to which the images are resized.

    Returns:
        (N, side * side) float32.
    """
    rows = []
    for image in images:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
        small = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
        rows.append(((small - small.mean()) / max(float(small.std()), 1e-6)).ravel())
    return np.stack(rows)


def input_pixels(inputs: Iterable[np.ndarray], side: int = SIDE) -> np.ndarray:
    """Resize inputs of a model to small vectors, without a change of brightness or contrast.

    Args:
        inputs: (C, H, W) each, such as the motion of :class:`mmfer.datasets.MotionInput`.
        side: The side in pixels to which the inputs are resized.

    Returns:
        (N, C * side * side) float32.
    """
    rows = []
    for image in inputs:
        channels = image.astype(np.float32)
        small = [cv2.resize(c, (side, side), interpolation=cv2.INTER_AREA) for c in channels]
        rows.append(np.stack(small).ravel())
    return np.stack(rows)


def pixel_lda(
    train_pixels: np.ndarray, train_labels: np.ndarray, test_pixels: np.ndarray, num_classes: int
) -> np.ndarray:
    """Class probabilities by linear discriminant analysis with Ledoit-Wolf shrinkage.

    Args:
        train_pixels: (N, D) of :func:`grey_pixels`.
        train_labels: (N,) classes.
        test_pixels: (M, D).
        num_classes: C; a class without training images has the probability 0.

    Returns:
        (M, C) probabilities.

    Raises:
        ValueError: If the training images have fewer than two classes, or no more images than
            classes.
    """
    classes = len(np.unique(train_labels))
    if classes < 2:
        raise ValueError('The training images have only one class. At least two are needed.')
    if len(train_labels) <= classes:
        raise ValueError(
            f'There are {len(train_labels)} training images of {classes} classes. Linear '
            'discriminant analysis needs more images than classes.'
        )
    lda = LinearDiscriminantAnalysis(solver='lsqr', covariance_estimator=ShrunkCovariance())
    lda.fit(train_pixels, train_labels)
    scores = np.zeros((len(test_pixels), num_classes))
    scores[:, lda.classes_] = lda.predict_proba(test_pixels)
    return scores


def attribute_lda(
    train_pixels: np.ndarray, present: np.ndarray, known: np.ndarray, test_pixels: np.ndarray
) -> np.ndarray:
    """The probability of each attribute, by a :func:`pixel_lda` for each.

    Args:
        train_pixels: (N, D) of :func:`grey_pixels`.
        present: (N, A), 1 for present attributes.
        known: (N, A) bool; unknown entries are left out.
        test_pixels: (M, D).

    Returns:
        (M, A) probabilities; that of an attribute which is always or never present in training, or
        known of two images alone, is the share of images with it, and that of an unknown one 0.
    """
    scores = np.zeros((len(test_pixels), present.shape[1]))
    for attribute, rows in enumerate(known.T):
        values = present[rows, attribute].astype(int)
        if len(np.unique(values)) < 2 or len(values) < 3:
            scores[:, attribute] = values.mean() if len(values) else 0
        else:
            scores[:, attribute] = pixel_lda(train_pixels[rows], values, test_pixels, 2)[:, 1]
    return scores
