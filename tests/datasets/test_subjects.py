"""Samples of some subjects."""

import pytest

from mmfer.datasets.subjects import samples_of_subjects

SAMPLES = [{'img_path': f'{i}.png', 'subject': i % 3} for i in range(6)]


def test_subjects_are_compared_as_text() -> None:
    found = samples_of_subjects(SAMPLES, {'0', '2'}, 'train part')
    assert [sample['img_path'] for sample in found] == ['0.png', '2.png', '3.png', '5.png']


def test_a_sample_without_a_subject_is_refused() -> None:
    unknown = [*SAMPLES, {'img_path': 'x.png'}, {'img_path': 'y.png', 'subject': None}]
    with pytest.raises(ValueError, match='but 2 images in the train part, such as "x.png"'):
        samples_of_subjects(unknown, {'0'}, 'train part')
