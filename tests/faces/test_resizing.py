"""Faces in the size of a network."""

import numpy as np

from mmfer.faces.resizing import resize_square


def test_pixels_are_averaged_where_the_image_shrinks() -> None:
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    means = image.reshape(2, 2, 2, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize_square(image, 2), means, atol=0.5)


def test_an_image_of_this_size_stays_as_it_is() -> None:
    image = np.zeros((5, 5, 3), np.uint8)
    assert resize_square(image, 5) is image


def test_a_small_image_is_enlarged_between_its_pixels() -> None:
    image = np.uint8([[[0] * 3, [100] * 3]] * 2)
    assert resize_square(image, 4)[0, :, 0].tolist() == [0, 25, 75, 100]


def test_images_may_have_more_channels_than_opencv_averages() -> None:
    frames = np.random.default_rng(0).random((8, 8, 9)).astype(np.float32)
    means = frames.reshape(2, 4, 2, 4, 9).mean(axis=(1, 3))
    np.testing.assert_allclose(resize_square(frames, 2), means, rtol=1e-5)
