import numpy as np
import pytest

from mmfer.datasets.transforms import RandomOccluders


@pytest.fixture
def results():
    rng = np.random.default_rng(0)
    return {
        'img': rng.integers(0, 256, (64, 64, 3), np.uint8),
        'landmarks': rng.uniform(-5, 68, (68, 2)).astype(np.float32),
        'landmark_scores': (rng.random(68) > 0.2).astype(np.float32),
    }


def test_exactly_the_points_under_the_occluder_are_hidden(results):
    np.random.seed(0)  # noqa: NPY002
    points, covered_ever = np.rint(results['landmarks']).astype(int), 0
    before = results['img'].copy()
    for _ in range(30):
        after = RandomOccluders(prob=1)(results)
        changed = (after['img'] != results['img']).any(axis=2)
        assert changed.any()
        hidden = results['landmark_scores'] - after['landmark_scores']
        for (x, y), lost, score in zip(points, hidden, results['landmark_scores'], strict=True):
            inside = 0 <= x < 64 and 0 <= y < 64
            # A pasted pixel may by chance have the old color, but hardly any has.
            covered = inside and changed[y, x]
            assert lost == (score if covered else 0) or (inside and lost == score)
            covered_ever += covered
    assert covered_ever > 50
    np.testing.assert_array_equal(results['img'], before)


def test_probability_0_changes_nothing_and_points_are_optional(results):
    assert RandomOccluders(prob=0)(results) is results
    bare = RandomOccluders(prob=1)({'img': results['img']})
    assert set(bare) == {'img'}


@pytest.mark.parametrize('options', [dict(prob=2), dict(most=0), dict(extent=0)])
def test_faulty_options(options):
    with pytest.raises(ValueError, match='RandomOccluders'):
        RandomOccluders(**options)
