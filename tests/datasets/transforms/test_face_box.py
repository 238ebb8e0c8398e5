import numpy as np
import pytest

from mmfer.datasets.transforms import JitterFaceBox

BOX = np.array([20, 30, 60, 110], np.float32)


def test_the_box_stays_within_the_options():
    np.random.seed(0)  # noqa: NPY002
    transform = JitterFaceBox(shift=0.1, scale=(0.8, 1.25))
    boxes = np.stack([transform({'face_box': BOX})['face_box'] for _ in range(300)])
    sides, centres = boxes[:, 2:] - boxes[:, :2], (boxes[:, 2:] + boxes[:, :2]) / 2
    np.testing.assert_allclose(sides[:, 1] / sides[:, 0], 2, rtol=1e-4)
    factors = sides[:, 0] / 40
    assert 0.8 <= factors.min() < 0.85 and 1.2 < factors.max() <= 1.25
    shifts = (centres - [40, 70]) / [40, 80]
    assert np.abs(shifts).max() <= 0.1 + 1e-6 and np.ptp(shifts, axis=0).min() > 0.18


def test_without_jitter_or_box_nothing_changes():
    still = JitterFaceBox(shift=0, scale=(1, 1))
    np.testing.assert_allclose(still({'face_box': BOX})['face_box'], BOX)
    assert JitterFaceBox()({'img': 1}) == {'img': 1}


@pytest.mark.parametrize('scale', [(0, 1), (1.2, 1.0)])
def test_faulty_factors(scale):
    with pytest.raises(ValueError, match='two factors above 0'):
        JitterFaceBox(scale=scale)
