from dataclasses import replace

import pytest

from mmfer.evaluation import Predictions
from mmfer.evaluation.statistics.same_images import in_order_of


def predictions(paths: list[str], labels: list[int] | None = None) -> Predictions:
    labels = labels or [i % 2 for i in range(len(paths))]
    samples = [
        {'img_path': path, 'gt_label': label, 'pred_scores': [1.0, 0.0]}
        for path, label in zip(paths, labels, strict=True)
    ]
    return Predictions(['a', 'b'], samples)


def test_another_order_is_undone():
    first = predictions(['x/1.png', 'x/2.png', 'y/1.png'])
    other = replace(first, samples=first.samples[::-1])
    assert in_order_of(first, other, 'two').samples == first.samples


def test_a_moved_data_set_is_the_same():
    first = predictions(['/old/x/1.png', '/old/y/1.png'])
    other = predictions(['/new/data/y/1.png', '/new/data/x/1.png'], [1, 0])
    found = in_order_of(first, other, 'two')
    assert [s['img_path'] for s in found.samples] == ['/new/data/x/1.png', '/new/data/y/1.png']


def test_several_faces_of_one_image_keep_their_order():
    first = predictions(['1.png', '1.png', '2.png'])
    other = replace(first, samples=[first.samples[i] for i in (2, 0, 1)])
    assert in_order_of(first, other, 'two').samples == first.samples


@pytest.mark.parametrize(
    ('other', 'said'),
    [
        (predictions(['1.png', '3.png']), '"2.png" is in one of the files only'),
        (predictions(['1.png']), 'there are 2 and 1 images'),
        (predictions(['1.png', '2.png'], [0, 0]), '"2.png" has gt_label 1 in the first file and 0'),
        (replace(predictions(['1.png', '2.png']), classes=['b', 'a']), '"two" predicts 2 classes'),
    ],
)
def test_other_images_or_labels_are_refused(other: Predictions, said: str):
    with pytest.raises(ValueError, match=said):
        in_order_of(predictions(['1.png', '2.png']), other, 'two')
