import random

import numpy as np
import pytest
import torch

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.engine.eval_mode import eval_mode
from mmfer.engine.feature_bank import (
    build_with_pipeline,
    collect_bank,
    pooled_features,
)
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
def test_pipeline_is_replaced_inside_wrappers(cfg, wrapper):
    inner, test_pipeline = cfg.train_dataloader.dataset, cfg.test_dataloader.dataset.pipeline
    outer = {
        None: inner,
        'RepeatDataset': dict(type='RepeatDataset', times=2, dataset=inner),
        'ConcatDataset': dict(type='ConcatDataset', datasets=[inner, inner]),
    }[wrapper]
    before = [step['type'] for step in inner.pipeline]
    dataset = build_with_pipeline(outer, test_pipeline)
    assert len(dataset) == (12 if wrapper is None else 24)
    # The training pipeline crops and flips at random.
    for _ in range(3):
        assert torch.equal(dataset[5]['inputs'], dataset[5]['inputs'])
    assert [step['type'] for step in inner.pipeline] == before


def test_collecting_leaves_random_states_and_the_mode_as_they_were(cfg, model):
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


def test_a_bank_is_what_the_model_says_of_each_image(cfg, model):
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
