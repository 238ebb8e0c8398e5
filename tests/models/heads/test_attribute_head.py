import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from torch import nn

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS

A, D, N = 5, 6, 3
TARGET = np.array([[0, 1, 1, 0, 1], [1, 0, 0, 0, 1], [1, 1, 0, 1, 0]], np.float64)
KNOWN = np.array([[1, 1, 0, 1, 1], [0, 0, 0, 0, 0], [1, 1, 1, 1, 0]], bool)
FOCAL = dict(type='FocalLoss', gamma=2.0, alpha=0.5, loss_weight=2.0)
ASYMMETRIC = dict(type='AsymmetricLoss', gamma_pos=0.0, gamma_neg=4.0, clip=0.05)
BCE = dict(type='CrossEntropyLoss', use_sigmoid=True)


def focal(p, q, gamma=2):
    """The terms of eq. 7."""
    return -((1 - p) ** gamma) * q * np.log(p) - p**gamma * (1 - q) * np.log(1 - p)


def asymmetric(p, q):
    """Ridnik et al. 2021, eq. 3-5, with gamma- = 4 and m = 0.05."""
    shifted = np.maximum(p - 0.05, 0)
    return -q * np.log(p) - (1 - q) * shifted**4 * np.log(1 - shifted)


def bce(p, q):
    return -q * np.log(p) - (1 - q) * np.log(1 - p)


FORMULAS = {'focal': (FOCAL, focal), 'asymmetric': (ASYMMETRIC, asymmetric), 'bce': (BCE, bce)}


def head(loss=FOCAL):
    torch.manual_seed(0)
    module = MODELS.build(dict(type='AttributeHead', num_classes=A, in_channels=D, loss=loss))
    torch.nn.init.normal_(module.fc.weight)
    return module


def samples(known=None):
    made = [DataSample().set_gt_score(torch.tensor(row).float()) for row in TARGET]
    for sample, row in zip(made, KNOWN if known is None else known, strict=True):
        sample.attribute_mask = torch.from_numpy(row)
    return made


def features():
    return torch.randn(N, D, generator=torch.Generator().manual_seed(1))


def expected_loss(formula, scores, known):
    return (formula(1 / (1 + np.exp(-scores)), TARGET) * known).sum() / N


@pytest.mark.parametrize('name', FORMULAS)
@pytest.mark.parametrize('known', [KNOWN, np.ones_like(KNOWN)], ids=['some', 'all'])
def test_value_and_gradient(name, known):
    loss, formula = FORMULAS[name]
    module, feats = head(loss), features()
    scores = module((feats,)).double().detach().numpy()
    found = module.loss((feats,), samples(known))['loss']
    np.testing.assert_allclose(found.item(), expected_loss(formula, scores, known), rtol=1e-5)

    at = torch.from_numpy(scores).float().requires_grad_()
    module._get_loss(at, samples(known))['loss'].backward()
    for i in range(N):
        for j in range(A):
            step = np.zeros_like(scores)
            step[i, j] = 1e-6
            low, high = (expected_loss(formula, scores + s * step, known) for s in (-1, 1))
            np.testing.assert_allclose(at.grad[i, j], (high - low) / 2e-6, rtol=1e-3, atol=1e-6)


def test_default_loss_is_focal_without_alpha():
    module = MODELS.build(dict(type='AttributeHead', num_classes=A, in_channels=D))
    assert module.loss_module.gamma == 2
    scores = np.zeros((N, A))
    found = module._get_loss(torch.from_numpy(scores), samples(np.ones_like(KNOWN)))['loss']
    np.testing.assert_allclose(found, A * np.log(2) / 4, rtol=1e-6)


@pytest.mark.parametrize('loss', [FOCAL, ASYMMETRIC, BCE], ids=list(FORMULAS))
@pytest.mark.parametrize('nonsense', [0.0, 1.0, float('nan')])
def test_values_of_unknown_attributes_are_ignored(loss, nonsense):
    module, feats, other = head(loss), features(), samples()
    for sample, row in zip(other, KNOWN, strict=True):
        sample.gt_score[torch.from_numpy(~row)] = nonsense
    scores = module((feats,)).detach().requires_grad_()
    result = module._get_loss(scores, other)['loss']
    result.backward()
    assert result == module._get_loss(scores, samples())['loss']
    assert (scores.grad[torch.from_numpy(~KNOWN)] == 0).all()
    assert (scores.grad[torch.from_numpy(KNOWN)] != 0).any()


def test_without_a_mask_all_attributes_are_known():
    module, feats = head(), features()
    plain = [DataSample().set_gt_score(torch.tensor(row).float()) for row in TARGET]
    masked = module.loss((feats,), samples(np.ones_like(KNOWN)))
    assert module.loss((feats,), plain) == masked


def test_prediction():
    module, feats = head(), features()
    predictions = module.predict((torch.rand(N, 2, 1, 1), feats), [DataSample() for _ in range(N)])
    probabilities = 1 / (1 + np.exp(-module((feats,)).detach().numpy()))
    for sample, row in zip(predictions, probabilities, strict=True):
        np.testing.assert_allclose(sample.pred_score.detach(), row, rtol=1e-5)
        assert sample.pred_label.tolist() == np.flatnonzero(row > 0.5).tolist()


def test_a_sample_without_attributes_is_refused():
    data = [*samples()[:2], DataSample(metainfo=dict(img_path='c.jpg')).set_gt_label(1)]
    with pytest.raises(ValueError, match=r'sample c\.jpg: .*has no gt_score.*CelebA'):
        head().loss((features(),), data)


@pytest.mark.parametrize('name', ['gt_score', 'attribute_mask'])
def test_attributes_of_a_wrong_length_are_refused(name):
    data = samples()
    del data[1].gt_score, data[1].attribute_mask
    lengths = {'gt_score': A, 'attribute_mask': A, name: 40}
    data[1].gt_score = torch.zeros(lengths['gt_score'])
    data[1].attribute_mask = torch.ones(lengths['attribute_mask'], dtype=torch.bool)
    with pytest.raises(ValueError, match=rf'{name} has shape \(40,\), not \(5,\)\. Set num_cl'):
        head().loss((features(),), data)


def test_one_attribute_can_be_the_class():
    with pytest.raises(ValueError, match='num_classes=1 must be at least 2'):
        MODELS.build(dict(type='AttributeHead', num_classes=1, in_channels=D))


class SharedAttributesLoss(nn.Module):
    """A loss of another package that separates images without a common known attribute."""

    def forward(self, features, labels, feature_map):
        self.seen = (features, labels, feature_map)
        return features.square().mean()


@pytest.fixture
def plugin():
    MODELS.register_module(module=SharedAttributesLoss)
    yield
    MODELS.module_dict.pop('SharedAttributesLoss')


def with_losses(*feature_losses, **options):
    config = dict(type='AttributeHead', num_classes=A, in_channels=D, **options)
    return MODELS.build({**config, 'feature_losses': feature_losses})


def test_a_feature_loss_gets_all_attributes(plugin):
    module, x, maps = (
        with_losses(dict(type='SharedAttributesLoss')),
        features(),
        torch.rand(N, D, 2, 2),
    )
    losses = module.loss((maps, x), samples())
    seen, labels, feature_map = module.feature_losses['loss_shared_attributes'].seen
    assert seen is x and feature_map is maps
    assert labels.tolist() == np.where(KNOWN, TARGET, -1).astype(int).tolist()
    expected = np.square(x.numpy()).mean()
    np.testing.assert_allclose(losses['loss_shared_attributes'].item(), expected, rtol=1e-5)
    module.feature_losses.clear()
    assert module.loss((maps, x), samples()) == {'loss': losses['loss']}


def test_one_attribute_is_the_class_of_a_center_loss():
    center = dict(type='CenterLoss', num_classes=2, in_channels=D, loss_weight=0.5)
    module, x = with_losses(center, class_attribute=4), features()
    centers = module.feature_losses['loss_center'].centers.weight.numpy().copy()
    everything = np.ones_like(KNOWN)
    losses = module.loss((x,), samples(everything))
    difference = x.numpy() - centers[TARGET[:, 4].astype(int)]
    expected = 0.5 * np.square(difference).sum() / (2 * N)
    np.testing.assert_allclose(losses['loss_center'].item(), expected, rtol=1e-5)
    assert 'feature_losses.loss_center.centers.weight' in module.state_dict()
    with pytest.raises(ValueError, match='attribute 4 is unknown, but it is the label'):
        module.loss((x,), samples())


def test_a_loss_of_classes_refuses_all_attributes():
    module = with_losses(dict(type='CenterLoss', num_classes=2, in_channels=D))
    with pytest.raises(ValueError, match='give one class index for each image'):
        module.loss((features(),), samples())


@pytest.mark.parametrize('index', [-1, A])
def test_class_attribute_must_be_an_attribute(index):
    with pytest.raises(ValueError, match=f'class_attribute={index} must be the index'):
        with_losses(class_attribute=index)


def test_init_weights_does_not_change_the_losses():
    deep = dict(type='SelfAdaptiveDeepCenterLoss', num_classes=2, in_channels=D, map_size=2)
    module = with_losses(deep, class_attribute=0)
    before = {k: v.clone() for k, v in module.feature_losses.state_dict().items()}
    module.init_weights()
    after = module.feature_losses.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not module.fc.bias.any() and 0.001 < module.fc.weight.std() < 0.1
