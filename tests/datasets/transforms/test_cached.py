from pathlib import Path

import numpy as np

from mmfer.datasets import Cached
from tests.datasets.disk import write_image

TRANSFORMS = [{'type': 'LoadExpressionImage'}, {'type': 'ResizeFace', 'size': 10}]


def test_an_image_is_read_once_and_kept_untouched(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.png')
    cached = Cached(TRANSFORMS)
    sample = {'img_path': str(path), 'sample_idx': 0, 'landmarks': np.ones((68, 2), np.float32)}
    first = cached(sample)
    image = first['img'].copy()
    first['img'][:] = 0
    first['landmarks'][:] = 0
    path.unlink()
    second = cached(sample)
    assert np.array_equal(second['img'], image)
    # 20 x 16 pixels became 10 x 10.
    np.testing.assert_allclose(second['landmarks'][0], [0.25, 0.4375])
    assert second['img_shape'] == (10, 10)


def test_labels_are_not_cached(tmp_path: Path) -> None:
    path = str(write_image(tmp_path / 'a.png'))
    cached = Cached(TRANSFORMS)
    assert cached({'img_path': path, 'gt_label': 1})['gt_label'] == 1
    assert cached({'img_path': path, 'gt_label': 2})['gt_label'] == 2


def test_faces_of_one_image_are_kept_apart(tmp_path: Path) -> None:
    path = str(write_image(tmp_path / 'a.png'))
    cached = Cached([TRANSFORMS[0], {'type': 'CropFace', 'margin': 0}])
    shapes = [
        cached({'img_path': path, 'sample_idx': i, 'face_box': np.array([0, 0, side, side])})[
            'img'
        ].shape[0]
        for i, side in enumerate((5, 9))
    ]
    assert shapes == [5, 9]
