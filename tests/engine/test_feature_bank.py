import random

import numpy as np
import pytest
import torch
from mmpretrain.models.classifiers import ImageClassifier
from torch import nn

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.engine.eval_mode import eval_mode
from mmfer.engine.feature_bank import (
    build_with_pipeline,
    collect_bank,
    pooled_features,
)
from mmfer.registry import MODELS
from tests.helpers import write_config, write_images


@pytest.fixture(scope='module')
def cfg(tmp_path_factory):
    folder = tmp_path_factory.mktemp('bank')
    return load_config(write_config(folder / 'config.py', write_images(folder / 'data')))


@pytest.fixture
def model(cfg):
    torch.manual_seed(0)
    cfg = cfg.copy()
    neck = dict(type='HIFENet', in_channels=64, itrr=dict(num_heads=4, context='batch'))
    cfg.model = dict(cfg.model, neck=neck)
    return build_model(cfg).train()


@pytest.mark.parametrize('wrapper', [None, 'RepeatDataset', 'ConcatDataset'])
def test_the_pipeline_is_replaced_inside_wrappers(cfg, wrapper):
    inner, test_pipeline = cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    outer = {
        None: inner,
        'RepeatDataset': dict(type='RepeatDataset', times=2, dataset=inner),
        'ConcatDataset': dict(type='ConcatDataset', datasets=[inner, inner]),
    }[wrapper]
    before = [step['type'] for step in inner.pipeline]
    dataset = build_with_pipeline(outer, test_pipeline)
    # A repeated sample counts once.
    assert len(dataset) == (24 if wrapper == 'ConcatDataset' else 12)
    # The training pipeline crops and flips at random.
    for _ in range(3):
        assert torch.equal(dataset[5]['inputs'], dataset[5]['inputs'])
    assert [step['type'] for step in inner.pipeline] == before


def test_collecting_restores_random_states_and_the_mode(cfg, model):
    dataset = build_with_pipeline(
        cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    )
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    torch.manual_seed(1)
    expected = random.random(), np.random.rand(), float(torch.rand(()))  # noqa: NPY002
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    torch.manual_seed(1)
    statistics = model.backbone.bn1.running_mean.clone()
    collect_bank(model, dataset)
    pooled_features(model, dataset, [1, 2])
    assert (random.random(), np.random.rand(), float(torch.rand(()))) == expected  # noqa: NPY002
    assert model.training and model.backbone.training
    assert torch.equal(model.backbone.bn1.running_mean, statistics)


def test_batch_context_is_shuffled_with_a_fixed_seed(cfg, model):
    dataset = build_with_pipeline(
        cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    )
    with torch.no_grad():
        model.head.fc.weight.normal_(std=1)
    one, same, other = (collect_bank(model, dataset, 4, seed=seed) for seed in (0, 0, 1))
    torch.testing.assert_close(one.probs, same.probs)
    torch.testing.assert_close(one.features, other.features)
    assert (one.probs - other.probs).abs().max() > 1e-6


def test_a_bank_holds_the_prediction_for_each_image(cfg, model):
    model.neck.itrr.context = 'self'
    dataset = build_with_pipeline(
        cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    )
    bank = collect_bank(model, dataset, batch_size=5)
    assert bank.sample_idx.tolist() == list(range(12))
    with eval_mode(model), torch.no_grad():
        for i in (0, 7, 11):
            item = dataset[i]
            batch = {'inputs': [item['inputs']], 'data_samples': [item['data_samples']]}
            maps = model.backbone(model.data_preprocessor(batch, False)['inputs'])
            enhanced = model.neck(maps)[-1]
            probs = model.head.fc(enhanced).softmax(1)
            for row, expected in (
                (bank.features[i], maps[-1].mean((2, 3))),
                (bank.enhanced[i], enhanced),
                (bank.probs[i], probs),
            ):
                torch.testing.assert_close(row, expected[0], atol=1e-5, rtol=1e-4)
            assert bank.labels[i] == item['data_samples'].gt_label


def test_a_plain_network_has_the_features_of_its_head(cfg):
    dataset = build_with_pipeline(
        cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    )
    bank = collect_bank(build_model(cfg), dataset)
    assert bank.features.shape == (12, 64) and torch.equal(bank.features, bank.enhanced)


def test_a_model_without_a_neck(cfg):
    config = cfg.copy()
    backbone = dict(type='ConvNeXt', arch=dict(depths=[1, 1, 1, 1], channels=[8, 8, 8, 16]))
    head = dict(type='LinearClsHead', num_classes=3, in_channels=16)
    config.model = dict(type='ImageClassifier', backbone=backbone, head=head)
    dataset = build_with_pipeline(
        cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    )
    bank = collect_bank(build_model(config).eval(), dataset)
    assert bank.features.shape == (len(dataset), 16)
    assert torch.equal(bank.features, bank.enhanced)


class TwoViews(ImageClassifier):
    """A network of another package: two images below one another, features concatenated."""

    views = 2

    def extract_feat(self, inputs, stage='neck'):
        maps = [self.backbone(view)[-1] for view in inputs.chunk(2, dim=2)]
        return (torch.cat([one.mean((2, 3)) for one in maps], dim=1),)


class WeightedViews(TwoViews):
    """A network of another package whose samples give the weight of the second view."""

    def head_inputs(self, inputs, data_samples):
        first, second = self.extract_feat(inputs)[0].chunk(2, dim=1)
        weight = torch.tensor([[s.sample_idx / 10] for s in data_samples])
        return (torch.cat([first, weight * second], dim=1),)


class MaxFirst(nn.Module):
    """A neck of another package that pools by the maximum and then changes the features."""

    def pool(self, inputs):
        return inputs[-1].amax((2, 3))

    def forward(self, inputs):
        return (self.pool(inputs) ** 2,)


@pytest.fixture
def plugin():
    for module in (TwoViews, WeightedViews, MaxFirst):
        MODELS.register_module(module=module)
    yield
    for module in (TwoViews, WeightedViews, MaxFirst):
        MODELS.module_dict.pop(module.__name__)


def bank_of_a_third_party(cfg, pipeline, **model):
    config = cfg.copy()
    config.model = {**cfg.model, **model}
    built = build_model(config).eval()
    nn.init.normal_(built.head.fc.weight)
    dataset = build_with_pipeline(cfg.train_dataloader.dataset, pipeline)
    batch = {'inputs': [], 'data_samples': []}
    for item in map(dataset.__getitem__, range(len(dataset))):
        batch['inputs'].append(item['inputs'])
        batch['data_samples'].append(item['data_samples'])
    with torch.no_grad():
        inputs = built.data_preprocessor(batch, False)['inputs']
        return built, inputs, collect_bank(built, dataset, batch_size=5)


@pytest.mark.parametrize('kind', ['TwoViews', 'WeightedViews'])
def test_a_network_of_several_views_of_another_package_gives_a_bank(cfg, plugin, kind):
    load, _, pack = cfg.test_dataloader.dataset.pipeline
    strip = [load, dict(type='Resize', scale=(32, 64)), pack]
    head = dict(type='LinearClsHead', num_classes=3, in_channels=128)
    model, inputs, bank = bank_of_a_third_party(cfg, strip, type=kind, neck=None, head=head)
    with torch.no_grad():
        (expected,) = model.extract_feat(inputs)
    assert expected.shape == (12, 128)
    if kind == 'WeightedViews':
        expected[:, 64:] *= torch.arange(12)[:, None] / 10
    torch.testing.assert_close(bank.features, expected, atol=1e-5, rtol=1e-4)
    probs = model.head.fc(expected).softmax(1).detach()
    torch.testing.assert_close(bank.probs, probs, atol=1e-5, rtol=1e-4)


def test_a_pooling_neck_of_another_package_gives_a_bank(cfg, plugin):
    pipeline = cfg.test_dataloader.dataset.pipeline
    model, inputs, bank = bank_of_a_third_party(cfg, pipeline, neck=dict(type='MaxFirst'))
    with torch.no_grad():
        features = model.backbone(inputs)[-1].amax((2, 3))
    torch.testing.assert_close(bank.features, features, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(bank.enhanced, features**2, atol=1e-5, rtol=1e-4)
    dataset = build_with_pipeline(cfg.train_dataloader.dataset, pipeline)
    found = pooled_features(model, dataset, [3, 1])
    torch.testing.assert_close(found, features[[3, 1]], atol=1e-5, rtol=1e-4)


def test_models_without_a_bank_are_refused(cfg):
    dataset = build_with_pipeline(
        cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    )
    with pytest.raises(ValueError, match=r'GlobalAveragePooling has no method pool\(\)'):
        pooled_features(build_model(cfg), dataset, [0])
    config = cfg.copy()
    head = dict(type='MultiLabelLinearClsHead', num_classes=3, in_channels=64)
    config.model = dict(cfg.model, head=head)
    with pytest.raises(ValueError, match='MultiLabelLinearClsHead predicts attributes'):
        collect_bank(build_model(config), dataset)
