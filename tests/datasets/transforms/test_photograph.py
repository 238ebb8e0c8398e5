import numpy as np
import pytest

from mmfer.datasets.transforms import RandomPhotograph
from mmfer.datasets.transforms.photograph import grey, sharpen, soften


@pytest.fixture
def image():
    rows, columns = np.mgrid[:40, :48]
    colors = np.stack([rows * 5, columns * 4, 200 - rows * 2], axis=-1)
    return (colors + 40 * ((rows // 8 + columns // 8) % 2)[..., None]).clip(0, 255).astype(np.uint8)


def test_only_the_image_changes(image):
    np.random.seed(0)  # noqa: NPY002
    marks = np.ones((68, 2), np.float32)
    before = image.copy()
    results = {'img': image, 'landmarks': marks}
    changed = [RandomPhotograph(prob=1)(results) for _ in range(20)]
    for one in changed:
        assert one['img'].dtype == np.uint8 and one['img'].shape == image.shape
        assert one['landmarks'] is marks
    assert len({one['img'].tobytes() for one in changed}) > 15
    np.testing.assert_array_equal(image, before)


def test_the_seed_determines_the_result(image):
    results = []
    for _ in range(2):
        np.random.seed(3)  # noqa: NPY002
        results.append(RandomPhotograph(prob=1)({'img': image})['img'])
    np.testing.assert_array_equal(*results)


def test_probability_0_changes_nothing(image):
    assert RandomPhotograph(prob=0)({'img': image})['img'] is image


def test_the_single_steps(image):
    pixels = image.astype(np.float32) / 255
    rng = np.random.default_rng(1)
    spread = [np.ptp(grey(pixels, rng), axis=2).max() for _ in range(20)]
    assert min(spread) < 1e-6 and max(spread) <= np.ptp(pixels, axis=2).max() + 1e-6
    edges = [np.abs(np.diff(change(pixels, rng), axis=1)).mean() for change in (soften, sharpen)]
    assert edges[0] < np.abs(np.diff(pixels, axis=1)).mean() < edges[1]


@pytest.mark.parametrize('options', [dict(prob=1.2), dict(jpeg_prob=-0.1)])
def test_faulty_options(options):
    with pytest.raises(ValueError, match='from 0 to'):
        RandomPhotograph(**options)
