import pytest
import torch

from mmfer.models.losses import (
    CenterLoss,
    ContrastiveLoss,
    IslandLoss,
    SelfAdaptiveDeepCenterLoss,
    SeparateLoss,
)
from mmfer.models.losses.utils import check_features, check_labels, class_scores

FEATURES, LABELS, CENTERS = torch.rand(4, 5), torch.tensor([0, 1, 2, 0]), torch.rand(3, 5)


def test_valid_inputs_are_accepted():
    check_features(FEATURES, LABELS, CENTERS)
    check_features(FEATURES[:1], LABELS[:1].int())


@pytest.mark.parametrize(
    ('labels', 'message'),
    [
        ([0, 1, 3, 0], r'label 3 of image 2 of the batch is outside 0 to 2: num_classes must'),
        ([0, -1, 2, 0], r'label -1 of image 1 of the batch is outside 0 to 2'),
        ([0, 1, 2], r'labels are torch.int64 of shape \(3,\) for a batch of 4: give one class'),
        ([[0], [1], [2], [0]], r'shape \(4, 1\) for a batch of 4'),
        ([0.0, 1.0, 2.0, 0.0], r'labels are torch.float32'),
        ([True, False, True, True], r'labels are torch.bool'),
    ],
)
def test_bad_labels_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        check_labels(torch.tensor(labels), 4, 3)


@pytest.mark.parametrize(
    ('features', 'centers', 'message'),
    [
        (torch.rand(4, 5, 1), CENTERS, r'features have the shape \(4, 5, 1\): give \(N, D\)'),
        (torch.rand(0, 5), CENTERS, r'features have the shape \(0, 5\)'),
        (FEATURES, torch.rand(3, 6), r'centers .* \(3, 6\) and features \(4, 5\): set in_channels'),
        (FEATURES, torch.rand(5), r'centers have the shape \(5,\)'),
    ],
)
def test_bad_features_are_refused(features, centers, message):
    with pytest.raises(ValueError, match=message):
        check_features(features, LABELS, centers)


@pytest.mark.parametrize('update', ['rule', 'gradient'])
@pytest.mark.parametrize(
    'build',
    [
        lambda update: CenterLoss(3, 5, update=update),
        lambda update: IslandLoss(3, 5, update=update),
        lambda update: SeparateLoss(3, 5, update=update),
        lambda update: SelfAdaptiveDeepCenterLoss(3, 5, 2, update=update),
    ],
    ids=['center', 'island', 'separate', 'sdcl'],
)
def test_every_loss_with_centers_checks_inputs_before_the_centers_move(build, update):
    loss = build(update)
    before = loss.centers.weight.clone()
    feature_map = torch.rand(4, 5, 2, 2)
    with pytest.raises(ValueError, match='label 3 of image 1'):
        loss(FEATURES, torch.tensor([0, 3, 0, 0]), feature_map)
    with pytest.raises(ValueError, match='set in_channels'):
        loss(torch.rand(4, 6), LABELS, feature_map)
    assert torch.equal(loss.centers.weight, before)


def test_contrastive_loss_checks_its_inputs():
    with pytest.raises(ValueError, match='for a batch of 4'):
        ContrastiveLoss()(FEATURES, LABELS[:3])


def test_class_scores_are_one_hot_or_soft_labels():
    logits = torch.rand(2, 3)
    assert class_scores(torch.tensor([2, 0]), logits).tolist() == [[0, 0, 1], [1, 0, 0]]
    soft = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], dtype=torch.float64)
    assert torch.equal(class_scores(soft, logits), soft.float())
    with pytest.raises(ValueError, match=r'soft labels have the shape \(2, 4\) and logits \(2, 3'):
        class_scores(torch.rand(2, 4), logits)
    with pytest.raises(ValueError, match='label 3 of image 0'):
        class_scores(torch.tensor([3, 0]), logits)
    with pytest.raises(ValueError, match=r'logits have the shape \(3,\)'):
        class_scores(torch.tensor([2, 0]), torch.rand(3))
