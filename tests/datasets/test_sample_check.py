"""Samples of a reader are checked one by one."""

import numpy as np
import pytest

from mmfer.datasets.sample_check import check_sample


@pytest.mark.parametrize(
    ('sample', 'message'),
    [
        (dict(), r'Mine, sample 3: The reader must give each sample an img_path\.'),
        (dict(where='a.csv row 2'), 'Mine, a.csv row 2: The reader must'),
        (
            dict(img_path='a.png', landmarks=np.zeros((66, 2))),
            r'a\.png: landmarks has the shape \(66, 2\); the reader must give \(68, 2\)',
        ),
        (
            dict(img_path='a.png', gt_label='calm'),
            "gt_label is 'calm'; the reader must give the ind",
        ),
        (dict(img_path='a.png', face_box=[1, 2, 3]), r'face_box has the shape \(3,\)'),
        (
            dict(img_path='a.png', face_box=[1, 2, 3, 2]),
            r'face_box is \[1, 2, 3, 2\]; it must be x1',
        ),
        (dict(img_path='a.png', face_box=[1, 2, np.nan, 4]), 'with x1 < x2'),
    ],
)
def test_a_sample_without_image_or_with_wrong_arrays_is_refused(sample: dict, message: str):
    with pytest.raises(ValueError, match=message):
        check_sample(sample, 3, 'Mine')


def test_a_complete_sample_is_accepted():
    arrays = dict(landmarks=np.zeros((68, 2)), landmarks5=[[1, 2]] * 5, face_box=(1, 2, 3, 4))
    check_sample(dict(img_path='a.png', **arrays), 0, 'Mine')
    check_sample(dict(img_path='a.png', landmarks=None), 0, 'Mine')
