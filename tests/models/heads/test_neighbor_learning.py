import json

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from scipy.special import expit, rel_entr, softmax

from mmfer.engine import build_runner
from mmfer.engine.feature_bank import build_with_pipeline
from mmfer.engine.hooks.eval_context_hook import support_indices
from mmfer.models import HIFEFeatures, MomentumBank
from mmfer.registry import MODELS
from tests.datasets.official import celeba_values, write_celeba
from tests.helpers import tiny_config

A, D, N = 5, 6, 4
TARGET = np.array([[0, 1, 1, 0, 1], [1, 0, 0, 0, 1], [1, 1, 0, 1, 0], [0, 0, 1, 1, 0]], np.float64)
KNOWN = np.array([[1, 1, 0, 1, 1], [0, 0, 0, 0, 0], [1, 1, 1, 1, 0], [1, 0, 1, 1, 1]], bool)


def attribute_head(**loss):
    torch.manual_seed(0)
    config = dict(type='NeighborLabelDistributionLoss', k=2, **loss)
    head = MODELS.build(
        dict(type='AttributeHead', num_classes=A, in_channels=D, neighbor_loss=config)
    )
    torch.nn.init.normal_(head.fc.weight)
    return head


def samples(known=KNOWN):
    made = [
        DataSample(metainfo=dict(sample_idx=i)).set_gt_score(torch.tensor(row).float())
        for i, row in enumerate(TARGET)
    ]
    for sample, row in zip(made, known, strict=True):
        sample.attribute_mask = torch.from_numpy(row)
    return made


def features():
    rng = torch.Generator().manual_seed(1)
    relation, x, pooled = (torch.randn(N, width, generator=rng) for width in (N, D, D))
    return HIFEFeatures(relation, pooled, None, x)


def divergence(p, d):
    """KL((1 - d, d) || (1 - p, p)), element by element."""
    return rel_entr(d, p) + rel_entr(1 - d, 1 - p)


def neighbors(relation, p, k=2):
    rows = []
    for i, row in enumerate(relation):
        near = sorted(set(range(len(row))) - {i}, key=lambda j, row=row: -row[j])[:k]
        rows.append(softmax(row[near]) @ p[near])
    return np.stack(rows)


@pytest.mark.parametrize('reduction', ['class_mean', 'batch_mean'])
@pytest.mark.parametrize('weighting', [None, 'neighbors'])
def test_attributes_learn_from_the_probabilities_of_neighbors(reduction, weighting):
    head, feats = (
        attribute_head(reduction=reduction, weighting=weighting, loss_weight=0.5),
        features(),
    )
    p = expit(head(feats).detach().double().numpy())
    d = neighbors(feats.relation.double().numpy(), p)
    each = divergence(p, d)
    if weighting == 'neighbors':
        each *= TARGET * (1 - d) + (1 - TARGET) * d
    expected = 0.5 * each[KNOWN].sum() / (KNOWN.sum() * (2 if reduction == 'class_mean' else 1))
    losses = head.loss(feats, samples())
    assert set(losses) == {'loss', 'loss_neighbor'}
    np.testing.assert_allclose(losses['loss_neighbor'].item(), expected, rtol=1e-4)
    head.neighbor_weight = 0.25
    np.testing.assert_allclose(
        head.loss(feats, samples())['loss_neighbor'].item(), expected / 4, rtol=1e-4
    )


def test_unknown_attributes_have_no_gradient():
    head, feats = attribute_head(), features()
    x = feats.features.clone().requires_grad_()
    scores = head(feats._replace(features=x))
    scores.retain_grad()
    head._neighbor_loss(feats, scores, samples()).backward()
    assert (scores.grad[torch.from_numpy(~KNOWN)] == 0).all()
    assert (scores.grad[torch.from_numpy(KNOWN)] != 0).all()


def test_a_batch_without_known_attributes_has_a_loss_of_zero():
    head = attribute_head()
    loss = head.loss(features(), samples(np.zeros_like(KNOWN)))['loss_neighbor']
    loss.backward()
    assert loss == 0 and not head.fc.weight.grad.any()


def test_an_image_without_neighbors_adds_nothing():
    head, feats = attribute_head(reduction='batch_mean'), features()
    head.neighbor_distributions = torch.rand(N, A)
    head.neighbor_distributions[2] = torch.nan
    p = expit(head(feats).detach().double().numpy())
    each = divergence(p, head.neighbor_distributions.double().numpy())
    each[2] = 0
    found = head.loss(feats, samples())['loss_neighbor'].item()
    np.testing.assert_allclose(found, each[KNOWN].sum() / KNOWN.sum(), rtol=1e-4)


def test_attributes_of_neighbors_come_from_the_momentum_bank():
    head, feats = attribute_head(reduction='batch_mean'), features()
    head.neighbor_bank = MomentumBank(6)
    losses = head.loss(feats, samples())
    p = expit(head(feats).detach().double().numpy())
    np.testing.assert_allclose(head.neighbor_bank.probs[:N], p, rtol=1e-5)
    x = feats.pooled.double().numpy()
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    each = divergence(p, neighbors(x @ x.T, p))
    np.testing.assert_allclose(
        losses['loss_neighbor'].item(), each[KNOWN].sum() / KNOWN.sum(), rtol=1e-3
    )


@pytest.mark.parametrize('relation', [None, torch.rand(N, D, 2, 2)], ids=['none', 'map'])
def test_a_neck_without_a_relation_is_refused(relation):
    with pytest.raises(ValueError, match='AttributeHead with neighbor_loss needs the relation'):
        attribute_head().loss((relation, features().features), samples())


def test_a_head_of_classes_names_the_head_of_attributes():
    with pytest.raises(ValueError, match=r'RALDHead classifies.*use AttributeHead'):
        MODELS.build(dict(type='RALDHead', num_classes=3, in_channels=8, class_attribute=1))


CELEBA = """
model['data_preprocessor'] = dict(mean=[127.5] * 3, std=[60.0] * 3, to_rgb=True)
model['neck'] = dict(type='HIFENet', in_channels=64, itrr=dict(num_heads=4))
model['head'] = dict(
    type='AttributeHead', num_classes=40, in_channels=64, class_attribute=31,
    neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=2),
    feature_losses=[dict(type='CenterLoss', num_classes=2, in_channels=64)])
pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
reader = dict(type='CelebA', data_root='{data}', pipeline=pipeline)
for loader, split in ((train_dataloader, 'train'), (val_dataloader, 'val')):
    loader['dataset'] = dict(**reader, split=split)
del loader, split, reader, pipeline
test_dataloader = val_dataloader
val_evaluator = dict(type='AttributeMetric')
test_evaluator = val_evaluator
default_hooks = dict(eval_context=dict(type='EvalContextHook', num_per_class=1),
                     logger=dict(type='LoggerHook', interval=1))
custom_hooks = [dict(type='LabelDistributionHook', {hook})]
"""


def celeba_runner(folder, hook):
    data = folder / 'celeba'
    if not data.exists():
        write_celeba(data, np.where(celeba_values(24) > 0, 1, -1))
    return build_runner(tiny_config(folder, data, extra=CELEBA.format(data=data, hook=hook)))


@pytest.mark.parametrize('neighbors', ['batch', 'momentum'])
def test_attributes_are_trained_with_all_losses_and_the_hook(tmp_path, neighbors):
    runner = celeba_runner(tmp_path, f"neighbors='{neighbors}', warmup_epochs=1")
    runner.train()
    (log,) = (tmp_path / 'work').glob('*/vis_data/scalars.json')
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    steps = [row for row in rows if 'loss_neighbor' in row]
    assert len(steps) == 2 and steps[-1]['loss_neighbor'] > 0 and steps[-1]['loss_center'] > 0
    assert runner.model.head.neighbor_weight == 1
    saved = torch.load(tmp_path / 'work' / 'epoch_1.pth', weights_only=True)
    assert ('neighbor_bank' in saved) == (neighbors == 'momentum')
    if neighbors == 'momentum':
        assert saved['neighbor_bank']['probs'].shape == (8, 40)
    config = runner.cfg
    dataset = build_with_pipeline(
        config.train_dataloader.dataset, config.val_dataloader.dataset.pipeline
    )
    drawn = support_indices(dataset, 1, 0)
    assert len(saved['state_dict']['neck.itrr.support_features']) == len(drawn)
    present = np.array([dataset.get_data_info(i)['gt_score'] for i in range(8)])
    assert len(set(drawn)) == len(drawn)
    assert (present[drawn].any(0) == present.any(0)).all()


def test_the_bank_of_classes_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r'but AttributeHead predicts attributes\. Use neighbors='):
        celeba_runner(tmp_path, "neighbors='bank'").train()
