import io

import numpy as np
import pytest
from PIL import Image

from mmfer.synthetic import Scene
from mmfer.synthetic.render.photograph_effects import background, compress, develop


def chessboard(size: int) -> np.ndarray:
    rows, columns = np.indices((size, size)) // 16
    return np.repeat(((rows + columns) % 2).astype(np.float32)[..., None], 3, 2)


def test_developing_follows_the_tone_curve() -> None:
    for value in (0.02, 0.2, 0.6, 5.0):
        image = develop(np.full((64, 64, 3), value, np.float32), Scene(noise=0), 32)
        expected = min(1.0, 1.1 * value / (1 + 0.18 * value)) ** (1 / 2.2)
        assert image.shape == (32, 32, 3) and image.dtype == np.uint8
        assert image.mean() == pytest.approx(255 * expected, abs=0.6)


def test_blur_scales_with_the_size() -> None:
    small = develop(chessboard(224), Scene(noise=0, blur=2), 112)
    board = np.kron(chessboard(224), np.ones((2, 2, 1), np.float32))
    large = develop(board, Scene(noise=0, blur=2), 224)
    halved = large.reshape(112, 2, 112, 2, 3).mean((1, 3))
    assert np.abs(halved - small).mean() < 4
    sharp = develop(chessboard(224), Scene(noise=0), 112)
    assert small.std() < 0.9 * sharp.std()


def test_noise_has_its_deviation_and_follows_the_seed() -> None:
    grey = np.full((224, 224, 3), 0.2, np.float32)
    first, again, other = (develop(grey, Scene(noise=0.02, seed=s), 112) for s in (1, 1, 2))
    assert first.std() == pytest.approx(0.02 * 255, rel=0.05)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_jpeg_compression_equals_the_format() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, 'JPEG', quality=30)
    reference = np.asarray(Image.open(buffer)).astype(int)
    squeezed = compress(image, 30).astype(int)
    assert np.abs(squeezed - reference).mean() < 3 < np.abs(squeezed - image).mean()


@pytest.mark.parametrize('quality', [0, 101])
def test_an_impossible_quality_is_refused(quality: int) -> None:
    with pytest.raises(ValueError, match='jpeg_quality'):
        compress(np.zeros((16, 16, 3), np.uint8), quality)


def test_the_background_has_its_color_and_follows_the_seed() -> None:
    first = background(Scene(background=(0.5, 0.1, 0.1), seed=1), 64)
    assert first.shape == (64, 64, 3)
    assert first[..., 0].mean() > 3 * first[..., 1].mean()
    np.testing.assert_array_equal(first, background(Scene(background=(0.5, 0.1, 0.1), seed=1), 64))
    assert (first != background(Scene(background=(0.5, 0.1, 0.1), seed=2), 64)).any()
