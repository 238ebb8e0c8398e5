"""FAER's configs have the paper's settings and rows, and load the pretrained trunk."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmpretrain.structures import DataSample
from torch import nn

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.faces import build_alignment
from tests.helpers import ROOT

FAER = ROOT / 'configs' / 'faer'
PAPER = ['celeba', 'rafdb', 'affectnet7']
WIDTH, SLIM = 32, dict(depths=[1, 1, 1, 1], channels=[8, 8, 16, 32])


def config(name: str):
    return load_config(FAER / f'{name}.py')


def slim(value):
    """A model config with 32 channels instead of the paper's 1024."""
    if isinstance(value, dict):
        new = {key: slim(entry) for key, entry in value.items()}
        return {**new, 'arch': SLIM} if 'arch' in value else new
    if isinstance(value, list):
        return [slim(entry) for entry in value]
    return WIDTH if value == 1024 else value


def slim_model(cfg, pretrained: Path | None = None) -> nn.Module:
    cfg = copy.deepcopy(cfg)
    if cfg.model.backbone.arch == 'base':
        cfg.model = slim(cfg.model.to_dict())
    cfg.model.backbone.pop('init_cfg', None)
    if pretrained is not None:
        cfg.model.backbone.init_cfg = dict(type='Pretrained', checkpoint=str(pretrained))
    if cfg.model.head.num_classes > 40:
        cfg.model.head.num_classes = cfg.data_preprocessor.num_classes = 7
    torch.manual_seed(0)
    model = build_model(cfg)
    model.init_weights()
    return model.train()


def training_step(model: nn.Module) -> dict:
    attributes = type(model.head).__name__ == 'AttributeHead'
    samples = [DataSample() for _ in range(4)]
    for i, sample in enumerate(samples):
        if attributes:
            sample.set_gt_score(torch.arange(40) % (i + 2) == 0)
        else:
            sample.set_gt_label(i % 3)
    losses = model(torch.randn(4, 3, 64, 64), samples, mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    return losses


@pytest.mark.parametrize('path', sorted(FAER.glob('*/*.py')), ids=lambda p: p.stem)
def test_every_row_takes_a_training_step(path):
    cfg = load_config(path)
    model = slim_model(cfg)
    losses = training_step(model)
    assert all(value.isfinite() for value in losses.values())
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name


@pytest.mark.parametrize(
    ('data', 'rate', 'epochs'),
    [('celeba', 1e-3, 60), ('rafdb', 2.5e-4, 120), ('affectnet7', 2.5e-4, 60)],
)
def test_settings_of_the_paper(data, rate, epochs):
    cfg = config(f'faer_convnext-b_{data}')
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, cfg.train_cfg.max_epochs) == ('AdamW', rate, epochs)
    assert (cfg.param_scheduler.type, cfg.param_scheduler.gamma) == ('ExponentialLR', 0.95)
    assert cfg.train_dataloader.batch_size == 256
    steps = [step.type for step in cfg.train_dataloader.dataset.pipeline]
    assert [s for s in steps if s.startswith('Random')] == ['RandomFaceFlip']
    assert cfg.model.backbone.arch == 'base' and cfg.model.backbone.drop_path_rate == 0.25
    assert cfg.model.backbone.init_cfg.checkpoint.endswith('faer_convnext-b_msceleb/epoch_20.pth')
    assert [neck.type for neck in cfg.model.neck] == ['CCAttention', 'FeaturePooling']
    if data != 'celeba':
        (center,) = cfg.model.head.feature_losses
        assert (center.type, center.loss_weight) == ('CenterLoss', 1e-2)


def test_the_trunk_has_a_hundredth_of_the_learning_rate():
    cfg = config('faer_convnext-b_rafdb')
    model = slim_model(cfg)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper).optimizer
    rates = {id(p): group['lr'] for group in optimizer.param_groups for p in group['params']}
    for name, parameter in model.named_parameters():
        expected = 2.5e-6 if name.startswith('backbone.') else 2.5e-4
        assert rates[id(parameter)] == pytest.approx(expected), name


def parts(cfg) -> tuple:
    head = cfg.model.head
    losses = [(loss.type, loss.loss_weight) for loss in head.get('feature_losses', [])]
    return [neck.type for neck in cfg.model.neck][:-1], losses, head.loss.type


@pytest.mark.parametrize('data', ['rafdb', 'affectnet7'])
def test_rows_of_table_2(data):
    loss = 'CrossEntropyLoss'
    rows = {
        row: parts(config(f'ablations/table2_{data}_{row}'))
        for row in ('a_baseline', 'b_attention', 'c_center')
    }
    assert rows['a_baseline'] == ([], [], loss)
    assert rows['b_attention'] == (['CCAttention'], [], loss)
    assert rows['c_center'] == (['CCAttention'], [('CenterLoss', 1e-2)], loss)


@pytest.mark.parametrize('data', ['rafdb', 'affectnet7'])
@pytest.mark.parametrize('exponent', [0, -1, -2, -3, -4])
def test_points_of_figure_3(data, exponent):
    cfg = config(f'ablations/figure3_{data}_lambda1e{exponent}')
    assert parts(cfg)[:2] == (['CCAttention'], [('CenterLoss', 10.0**exponent)])


@pytest.mark.parametrize('row', ['baseline', 'faer'])
@pytest.mark.parametrize(
    ('name', 'loss'),
    [('asymmetric', 'AsymmetricLoss'), ('bce', 'CrossEntropyLoss'), ('focal', 'FocalLoss')],
)
def test_cells_of_table_3(name, loss, row):
    cfg = config(f'ablations/table3_{name}_{row}')
    assert parts(cfg) == (['CCAttention'] if row == 'faer' else [], [], loss)
    assert cfg.model.head.type == 'AttributeHead' and cfg.model.head.num_classes == 40
    if name == 'bce':
        assert cfg.model.head.loss.use_sigmoid


@pytest.mark.parametrize('data', PAPER)
def test_the_pretrained_trunk_loads(data, tmp_path, caplog):
    cfg = config('faer_convnext-b_msceleb')
    assert cfg.model.head.num_classes == cfg.num_identities
    pretraining = slim_model(cfg)
    for parameter in pretraining.parameters():
        nn.init.normal_(parameter)
    path = tmp_path / 'epoch_20.pth'
    torch.save({'meta': {}, 'state_dict': pretraining.state_dict()}, path)

    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    model = slim_model(config(f'faer_convnext-b_{data}'), path)
    logger.removeHandler(caplog.handler)
    weights = model.backbone.state_dict()
    for name, value in pretraining.backbone.state_dict().items():
        assert torch.equal(weights[name], value), name
    # As many identities as classes: it is left out all the same.
    assert not torch.equal(model.head.fc.weight[:7], pretraining.head.fc.weight)
    assert f'(the same names): {len(weights)} of {len(weights)} weights fit; all fit' in caplog.text
    unused = 'neck.0.norm.weight, neck.0.norm.bias, head.fc.weight, head.fc.bias'
    assert f'4 weights outside "backbone." are not used: {unused}.' in caplog.text


def test_a_missing_pretrained_trunk_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'No checkpoint at .*epoch_20\.pth'):
        slim_model(config('faer_convnext-b_rafdb'), tmp_path / 'epoch_20.pth')


def test_the_face_crop_matches_celeba():
    """The approximate mean of CelebA's five points, in images stretched to a square."""
    cfg = config('faer_convnext-b_celeba')
    points = np.array([[69, 111], [108, 111], [88, 136], [72, 152], [105, 152]]) / (178, 218)
    template = build_alignment(cfg.face_crop).template / cfg.face_crop.size
    assert np.abs(template - points).max() < 0.06
