import numpy as np
import pytest

from mmfer.datasets.transforms import SensorNoise

IMAGE = np.full((60, 50, 3), 120, np.uint8)


def noisy(path: str = 'a/sub01/EP01_01/img7.jpg', **options: object) -> np.ndarray:
    return SensorNoise(**options)({'img': IMAGE, 'img_path': path})['img']


def test_strength_of_noise_and_flicker() -> None:
    noise = noisy(noise=4, flicker=0).astype(float) - 120
    assert abs(noise.std() - 4) < 0.2 and abs(noise.mean()) < 0.2
    means = [noisy(noise=0, flicker=0.05, seed=i).mean() for i in range(300)]
    assert abs(np.std(means) - 6) < 1
    assert np.unique(noisy(noise=0, flicker=0.05)).size == 1
    assert (noisy(noise=0, flicker=0) == IMAGE).all()
    assert (IMAGE == 120).all()


def test_the_noise_of_a_frame_does_not_depend_on_its_folder() -> None:
    first = noisy()
    assert (noisy() == first).all()
    assert (noisy('/b/c/sub01/EP01_01/img7.jpg') == first).all()
    for other in ('a/sub01/EP01_01/img8.jpg', 'a/sub02/EP01_01/img7.jpg'):
        assert (noisy(other) != first).any()
    assert (noisy(seed=1) != first).any()


def test_fresh_noise_follows_the_global_seed() -> None:
    step = SensorNoise(fresh=True)
    results = []
    for _ in range(2):
        np.random.seed(3)  # noqa: NPY002 (as mmengine does)
        results.append([step({'img': IMAGE, 'img_path': 'a'})['img'] for _ in range(2)])
    assert (results[0][0] != results[0][1]).any()
    assert (np.stack(results[0]) == np.stack(results[1])).all()


@pytest.mark.parametrize('options', [{'noise': -1}, {'flicker': -0.1}, {'seed': -1}])
def test_bad_options_are_refused(options: dict) -> None:
    with pytest.raises(ValueError, match='give numbers of 0 or more'):
        SensorNoise(**options)
