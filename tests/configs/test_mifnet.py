"""The configs of MIFNet match their names, at the paper's size and on the small base."""

import re

import pytest
import torch
from mmengine.config import Config
from mmpretrain.structures import DataSample

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from tests.configs.tables import table_rows
from tests.helpers import ROOT

FOLDER = ROOT / 'configs' / 'mifnet'
BASE = FOLDER / 'mifnet_r18-swint_synthetic-ablation.py'
VARIANTS = [p for p in sorted((FOLDER / 'ablations').glob('*.py')) if 'plain' not in p.name]
SDCL = ['SelfAdaptiveDeepCenterLoss']
TABLE_2 = {
    '1_swin': (['SwinTransformer'], False, SDCL),
    '2_resnet': (['ResNet'], False, SDCL),
    '3_resnet_swin': (['ResNet', 'SwinTransformer'], False, SDCL),
    '4_no_sdcl': (['ResNet', 'SwinTransformer'], True, []),
    '5_mifnet': (['ResNet', 'SwinTransformer'], True, SDCL),
}
TABLE_3 = {
    '1_cross_entropy': ('OneVsRestLoss', []),
    '2_contrastive': ('CrossEntropyLoss', ['ContrastiveLoss']),
    '3_softmax': ('CrossEntropyLoss', []),
    '4_island': ('CrossEntropyLoss', ['IslandLoss']),
    '5_sdcl': ('CrossEntropyLoss', SDCL),
}


@pytest.mark.parametrize(('row', 'parts'), TABLE_2.items())
def test_rows_of_table_2(row, parts):
    model = load_config(FOLDER / 'ablations' / f'table2_{row}.py').model
    branches = [model.backbone.branch1, model.backbone.branch2]
    assert [branch.type for branch in branches if branch is not None] == parts[0]
    assert ('HDAM' in [part.type for part in model.neck]) == parts[1]
    assert [loss.type for loss in model.head.feature_losses] == parts[2]
    assert model.head.loss.type == 'CrossEntropyLoss'


@pytest.mark.parametrize(('row', 'losses'), TABLE_3.items())
def test_losses_of_table_3(row, losses):
    model = load_config(FOLDER / 'ablations' / f'table3_{row}.py').model
    assert model.head.loss.type == losses[0]
    assert [loss.type for loss in model.head.feature_losses] == losses[1]
    assert [part.type for part in model.neck] == ['HDAM', 'FeaturePooling']


def test_settings_of_the_paper():
    for name, classes in (('ifer', 4), ('rafdb', 7)):
        cfg = load_config(FOLDER / f'mifnet_r18-swint_{name}.py')
        optimizer = dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4)
        assert cfg.optim_wrapper.optimizer == optimizer
        loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
        assert {loader.batch_size for loader in loaders} == {64}
        assert cfg.image_size == 224 and cfg.data_preprocessor.num_classes == classes
        model = build_model(cfg)
        assert model.head.num_classes == classes
        assert model.backbone.out_channels == 512
        assert len(model.backbone.branch1.layer1) == 2  # ResNet-18
        assert model.backbone.branch2.depths == [2, 2, 6, 2]  # Swin-T
        assert model.neck[0].mode == 'parallel'
        loss = model.head.feature_losses['loss_self_adaptive_deep_center']
        assert loss.loss_weight == 0.6 and loss.attention.map_shape == (512, 7, 7)


@pytest.mark.parametrize('path', VARIANTS, ids=lambda p: p.stem)
def test_variants_work_on_the_small_base(path, tmp_path):
    """The entries of each variant, merged into the small base instead of the paper's config."""
    text, count = re.subn(r"(?m)^_base_ = '.*'$", f"_base_ = r'{BASE}'", path.read_text())
    assert count == 1
    (tmp_path / path.name).write_text(text)
    cfg = Config.fromfile(str(tmp_path / path.name))
    model = build_model(cfg).train()
    samples = [DataSample().set_gt_label(i) for i in range(2)]
    losses = model(torch.randn(2, 3, cfg.image_size, cfg.image_size), samples, mode='loss')
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name
    scores = model.eval()(torch.randn(1, 3, cfg.image_size, cfg.image_size), mode='predict')
    assert scores[0].pred_score.shape == (4,)


@pytest.fixture(scope='module')
def loss_rows():
    return table_rows('@configs/mifnet/losses-ferplus/table.txt')


def test_rows_of_the_losses_on_ferplus(loss_rows):
    found = {}
    for name, cfg in loss_rows.items():
        assert cfg.model.backbone.type == 'DualBranch'
        assert (cfg.model.neck[0].type == 'HDAM') == (name != 'backbone')
        shown = ('loss_weight', 'start', 'scale', 'warmup')
        found[name] = [
            (loss.type, {key: loss[key] for key in shown if key in loss})
            for loss in cfg.model.head.feature_losses
        ]
    (sdcl,) = SDCL
    assert found == {
        'backbone': [],
        'plain': [],
        'center': [('CenterLoss', {})],
        'low': [(sdcl, dict(loss_weight=0.05))],
        'printed': [(sdcl, dict(loss_weight=0.6))],
        'printed+start': [(sdcl, dict(loss_weight=0.6, start='batch'))],
        'printed+width': [(sdcl, dict(loss_weight=0.6, scale='width'))],
        'printed+unit': [(sdcl, dict(loss_weight=0.6, scale='unit'))],
        'printed+warmup': [(sdcl, dict(loss_weight=0.6, warmup=400))],
    }


def test_every_row_of_the_losses_trains(loss_rows):
    images = torch.randn(4, 3, 48, 48)
    samples = [DataSample().set_gt_label(i).set_gt_score(torch.eye(8)[i]) for i in range(4)]
    for name, cfg in loss_rows.items():
        model = build_model(cfg).train()
        losses = model(images, samples, mode='loss')
        total = sum(value for key, value in losses.items() if 'loss' in key)
        total.backward()
        assert total.isfinite() and model.head.fc.weight.grad.any(), name
