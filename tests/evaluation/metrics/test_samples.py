import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.evaluation.metrics.samples import attributes_of, label_of, scores_of


def test_scores_in_half_precision_become_float32() -> None:
    sample = DataSample().set_pred_score(torch.tensor([0.25, 0.75], dtype=torch.bfloat16))
    scores = scores_of(sample.to_dict())
    assert scores.dtype == np.float32 and scores.tolist() == [0.25, 0.75]


def test_the_label_is_a_number() -> None:
    assert label_of(DataSample().set_gt_label(3).to_dict()) == 3
    with pytest.raises(ValueError, match='has no gt_label'):
        label_of({'img_path': 'a.jpg'})


def test_without_a_mask_every_attribute_is_known() -> None:
    sample = DataSample().set_gt_score(torch.tensor([0.0, 1.0]))
    target, known = attributes_of(sample.to_dict())
    assert target.tolist() == [0, 1] and known.tolist() == [True, True]
    sample.set_field(torch.tensor([True, False]), 'attribute_mask')
    assert attributes_of(sample.to_dict())[1].tolist() == [True, False]
    with pytest.raises(ValueError, match='has no gt_score, so no attributes'):
        attributes_of({'img_path': 'a.jpg'})


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_scores_that_are_not_finite_are_no_answer(value: float) -> None:
    with pytest.raises(ValueError, match=r'The scores of "a\.jpg" are not finite'):
        scores_of({'img_path': 'a.jpg', 'pred_score': torch.tensor([0.5, value])})
