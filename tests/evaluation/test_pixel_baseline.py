import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from mmfer.evaluation.pixel_baseline import attribute_lda, grey_pixels, pixel_lda


def test_pixels_do_not_depend_on_brightness_and_contrast() -> None:
    cells = np.random.default_rng(0).integers(20, 120, (8, 8, 3), dtype=np.uint8)
    image = cells.repeat(5, axis=0).repeat(5, axis=1)
    bright = (image * 2).astype(np.uint8)
    first, second = grey_pixels([image, bright], 8)
    np.testing.assert_allclose(first, second, atol=0.05)
    assert first.mean() == pytest.approx(0, abs=1e-5)
    assert first.std() == pytest.approx(1, abs=1e-4)


def test_an_even_image_is_zero() -> None:
    assert not grey_pixels([np.full((9, 9, 3), 77, np.uint8)], 4).any()


def test_the_analysis_equals_the_formula() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 2], 300)
    means = np.array([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0], [1.0, 0.5, -0.5]])
    train = means[labels] + rng.normal(size=(600, 3))
    test = rng.normal(size=(5, 3))
    scores = pixel_lda(train, labels, test, 3)
    assert (scores[:, 1] == 0).all()
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    centers = np.stack([train[labels == label].mean(axis=0) for label in (0, 2)])
    within = sum(np.cov(train[labels == label].T, bias=True) for label in (0, 2)) / 2
    inverse = np.linalg.inv(within)
    near, far = (np.einsum('nd,de,ne->n', test - c, inverse, test - c) for c in centers)
    expected = 1 / (1 + np.exp((near - far) / 2))
    np.testing.assert_allclose(scores[:, 0], expected, atol=0.03)


def test_the_shrinkage_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    pixels, labels = rng.normal(size=(60, 30)) * np.linspace(0.1, 3, 30), np.arange(60) % 3
    pixels[labels == 1] += 0.5
    lda = LinearDiscriminantAnalysis(solver='lsqr', shrinkage='auto').fit(pixels, labels)
    scores = pixel_lda(pixels, labels, pixels, 3)
    np.testing.assert_allclose(scores, lda.predict_proba(pixels), atol=1e-12)


def test_classes_of_two_images_do_not_depend_on_rounding() -> None:
    rng = np.random.default_rng(0)
    center, labels = rng.normal(size=100), np.array([0, 0, 1, 1])
    pixels = np.where(labels == 0, 1, -1)[:, None] * center + 0.1 * rng.normal(size=(4, 100))
    for factor in (1, 1 + 1e-7, 1 - 1e-7):
        scores = pixel_lda(factor * pixels, labels, np.stack([center, -center]), 2)
        np.testing.assert_allclose(scores, [[1, 0], [0, 1]], atol=1e-3)


def test_one_class_is_too_few() -> None:
    with pytest.raises(ValueError, match='have only one class'):
        pixel_lda(np.eye(3), np.zeros(3, dtype=int), np.eye(3), 2)
    with pytest.raises(ValueError, match='3 training images of 3 classes'):
        pixel_lda(np.eye(3), np.arange(3), np.eye(3), 3)


def test_each_attribute_has_an_analysis_of_what_is_known() -> None:
    rng = np.random.default_rng(0)
    present = rng.integers(0, 2, (80, 4)).astype(np.float32)
    present[:, 2], present[:, 3] = 1, 0
    pixels = np.hstack([present[:, :2] * 3, np.zeros((80, 3))]) + rng.normal(size=(80, 5))
    known = np.ones((80, 4), bool)
    known[:30, 1] = False
    scores = attribute_lda(pixels, present, known, pixels[:9])
    alone = [pixel_lda(pixels[rows], present[rows, a].astype(int), pixels[:9], 2)[:, 1]
             for a, rows in ((0, slice(None)), (1, slice(30, None)))]  # fmt: skip
    np.testing.assert_array_equal(scores[:, :2].T, alone)
    assert (scores[:, 2] == 1).all() and not scores[:, 3].any()
    assert not attribute_lda(pixels, present, known & False, pixels).any()
    known[:] = False
    known[[0, 1], 0] = True
    present[[0, 1], 0] = (1, 0)
    assert (attribute_lda(pixels, present, known, pixels)[:, 0] == 0.5).all()
