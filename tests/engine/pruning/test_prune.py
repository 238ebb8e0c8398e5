"""A pruned network equals the original network with the same channels at zero."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from mmfer.engine.pruning import apply_channels, channel_record, prune_model
from tests.engine.pruning.networks import (
    POOLED,
    RESNET,
    VGG,
    as_if_trained,
    build,
    classifier,
    outputs,
    zeroed,
)

SEBLOCKS = dict(type='SEResNeXt', depth=50, base_channels=16, stem_channels=16, groups=4)
SWIN = dict(
    type='SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[2, 2, 2, 2]),
    img_size=64,
    window_size=2,
)
CONVNEXT = dict(arch=dict(depths=[1, 2, 1, 1], channels=[8, 16, 16, 32]))
REGIONS = dict(
    type='MultiRegionNet',
    backbone=dict(type='RegionTrunks', trunk=dict(**VGG, num_pools=4)),
    neck=dict(type='RegionAttention', in_channels=64, hidden_channels=8),
    head=dict(type='MultiRegionHead', num_classes=5, in_channels=128, hidden_channels=16),
)
PARTS = dict(
    type='MultiRegionNet',
    backbone=dict(type='RegionTrunks', trunk=dict(**VGG, num_pools=4), branches=('local',)),
    head=dict(type='MultiRegionHead', num_classes=5, in_channels=64, hidden_channels=16),
)
DUAL = dict(
    type='DualBranch', branch1={**RESNET, 'out_indices': (3,)}, branch2=SWIN, in_channels=(64, 128)
)
NETWORKS = {
    'VGGBN16': lambda: classifier(VGG, 64),
    'VGGBN16, first': lambda: classifier({**VGG, 'norm': 'first'}, 64),
    'VGGBN16 alone': lambda: as_if_trained(build(VGG)),
    'ResNet-18': lambda: classifier(RESNET, 64),
    'ResNet-50': lambda: classifier({**RESNET, 'depth': 50, 'base_channels': 16}, 512),
    'SEResNeXt-50': lambda: classifier({**SEBLOCKS, 'width_per_group': 8}, 512),
    'MIFNet': lambda: classifier(DUAL, 64, [dict(type='HDAM', in_channels=64), POOLED]),
    'MultiRegionNet': lambda: as_if_trained(build(REGIONS)),
    'MultiRegionNet, eyes and mouth': lambda: as_if_trained(build(PARTS)),
    'ConvNeXt': lambda: classifier(dict(type='ConvNeXt', **CONVNEXT), 32, None),
    'ConvNeXt, convolutions': lambda: classifier(
        dict(type='ConvNeXt', linear_pw_conv=False, **CONVNEXT), 32, None
    ),
    'Swin': lambda: classifier(SWIN, 128),
}
TWICE = ('VGGBN16', 'ResNet-18', 'SEResNeXt-50', 'MIFNet', 'MultiRegionNet', 'ConvNeXt')
MLPS = ('ConvNeXt', 'ConvNeXt, convolutions', 'Swin')


def images(model: nn.Module, count: int = 2) -> torch.Tensor:
    shape = (count, 3, getattr(model, 'views', 1) * 64, 64)
    return torch.randn(shape, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize('name', NETWORKS)
def test_a_pruned_network_equals_the_original_with_channels_at_zero(name):
    model = NETWORKS[name]()
    original, x = copy.deepcopy(model), images(model)
    report = prune_model(model, x, ratio=0.5)
    before, after, expected = (outputs(m, x) for m in (original, model, zeroed(original, report)))
    torch.testing.assert_close(after, expected, atol=1e-4, rtol=1e-4)
    assert (after - before).abs().max() > 1e-2  # it could have failed
    assert report.criterion == ('mlp_norm' if name in MLPS else 'bn_scale')
    assert report.removed == pytest.approx(0.5, abs=0.02)
    parameters = sum(p.numel() for p in model.parameters())
    assert report.parameters == (sum(p.numel() for p in original.parameters()), parameters)
    assert report.flops[1] < report.flops[0]


@pytest.mark.parametrize('name', TWICE)
def test_pruned_twice_recorded_and_loaded(name):
    model = NETWORKS[name]()
    fresh, x = copy.deepcopy(model), images(model)
    prune_model(model, x, ratio=0.3)
    prune_model(model, x, ratio=0.3)
    apply_channels(fresh, channel_record(model))
    fresh.load_state_dict(model.state_dict(), strict=True)
    assert torch.equal(outputs(fresh, x), outputs(model, x))
    assert channel_record(fresh) == channel_record(model)
    fresh.train()
    fresh(images(model, 4)).sum().backward()


def test_the_channels_with_the_smallest_scores_are_removed():
    model = classifier(VGG, 64)
    scales = {
        name: module.weight.detach().abs().numpy().copy()
        for name, module in model.named_modules()
        if isinstance(module, nn.BatchNorm2d)
    }
    report = prune_model(model, images(model), ratio=0.4)
    everything = np.sort(np.concatenate(list(scales.values())))
    threshold = everything[round(0.4 * len(everything)) - 1]
    assert report.threshold == pytest.approx(threshold)
    for name, scale in scales.items():
        assert report.kept[name] == np.flatnonzero(scale > threshold).tolist()
        assert len(model.get_submodule(name).weight) == len(report.kept[name])


def test_channels_of_a_stage_are_removed_together():
    report = prune_model(model := classifier(RESNET, 64), images(model), ratio=0.5)
    kept = report.kept['backbone.bn1']
    assert 0 < len(kept) < 8
    for block in range(2):
        assert report.kept[f'backbone.layer1.{block}.bn2'] == kept
        assert report.kept[f'backbone.layer1.{block}.bn1'] != kept


def test_multi_region_network_prunes_every_convolution_of_its_trunks():
    model = NETWORKS['MultiRegionNet']()
    report = prune_model(model, images(model), ratio=0.5)
    assert len(report.layers) == 26
    assert {layer.name.split('.')[1] for layer in report.layers} == {'local_trunk', 'global_trunk'}
    assert model.neck.output.out_channels == 1
    local = model.backbone.local_trunk.features[16].conv.out_channels
    face = model.backbone.global_trunk.features[16].conv.out_channels
    assert model.neck.hidden.in_channels == face < 64
    assert [fusion.in_features for fusion in model.head.fusions] == [local + face] * 2


def test_features_keep_the_width_of_centers():
    head = dict(
        type='FeatureLossHead',
        num_classes=5,
        in_channels=64,
        feature_losses=[dict(type='CenterLoss', num_classes=5, in_channels=64)],
    )
    model = as_if_trained(
        build(dict(type='ImageClassifier', backbone=RESNET, neck=POOLED, head=head))
    )
    names = [layer.name for layer in prune_model(model, images(model), ratio=0.5).layers]
    assert 'backbone.layer4.1.conv1' in names and 'backbone.layer4.1.conv2' not in names
    assert model.head.fc.in_features == 64


PRINTED = dict(residual=False, init='default')


def test_features_keep_the_width_of_a_support_set_and_of_a_bypass():
    neck = dict(type='HIFENet', in_channels=64, itrr=PRINTED)
    model = classifier(RESNET, 64, neck)
    model.neck.itrr.prepare_benchmark()
    original, x = copy.deepcopy(model), images(model)
    report = prune_model(model, x, ratio=0.5)
    names = [layer.name for layer in report.layers]
    assert 'backbone.layer4.1.conv1' in names and 'backbone.layer4.1.conv2' not in names
    expected = outputs(zeroed(original, report), x)
    torch.testing.assert_close(outputs(model, x), expected, atol=1e-4, rtol=1e-4)
    model.neck.itrr.context = 'self'
    assert outputs(model, x).shape == (2, 5)
    model.neck.bypass(True)
    assert outputs(model, x).shape == (2, 5)


def test_features_keep_the_width_of_a_bypass_without_a_support_set():
    neck = dict(
        type='HIFENet',
        in_channels=64,
        neighbors='cosine',
        labels=dict(classes=['anger', 'fear', 'happiness', 'sadness', 'surprise']),
        lgifo=PRINTED,
    )
    model = classifier(RESNET, 64, neck)
    prune_model(model, images(model), ratio=0.5)
    for bypassed in (False, True):
        model.neck.bypass(bypassed)
        assert outputs(model, images(model)).shape == (2, 5)


def test_the_floor_is_kept_and_reported():
    model = classifier(VGG, 64)
    low = model.backbone.features[4].bn
    low.weight.data.mul_(1e-3)  # this layer alone would be emptied
    with pytest.warns(UserWarning, match=r'1 of 13 layers reached the floor.*features\.4\.conv'):
        report = prune_model(model, images(model), ratio=0.2, floor=0.25)
    assert len(low.weight) == 4
    held = [layer.name for layer in report.layers if layer.at_floor]
    assert held == ['backbone.features.4.conv']
    assert report.removed < 0.2
    assert '(at the floor)' in report.format_table()


def test_without_a_floor_one_channel_stays():
    model = classifier(VGG, 64)
    with pytest.warns(UserWarning, match='floor'):
        prune_model(model, images(model), ratio=0.999, floor=0)
    assert outputs(model, images(model)).shape == (2, 5)
    assert min(m.num_features for m in model.modules() if isinstance(m, nn.BatchNorm2d)) == 1


def test_widths_are_rounded():
    model = classifier({**SEBLOCKS, 'width_per_group': 8}, 512)
    report = prune_model(model, images(model), ratio=0.5, round_to=8)
    assert all(layer.after % 8 == 0 for layer in report.layers)
    assert 0.3 < report.removed < 0.5


def test_untrained_layers_lose_the_same_share():
    model = build(dict(type='VGGBN16', width=0.25))
    report = prune_model(model, images(model), ratio=0.5)
    assert [layer.after / layer.before for layer in report.layers] == [0.5] * len(report.layers)


def test_the_state_of_the_model_is_restored():
    model = classifier(RESNET, 64)
    model.train()
    model.backbone.bn1.eval()
    model.backbone.layer1.requires_grad_(False)
    mean = model.backbone.layer2[0].bn1.running_mean.clone()
    report = prune_model(model, images(model), ratio=0.5)
    assert model.training and model.backbone.layer1.training and not model.backbone.bn1.training
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen == {n for n, _ in model.named_parameters() if 'layer1' in n}
    kept = report.kept['backbone.layer2.0.bn1']
    assert torch.equal(model.backbone.layer2[0].bn1.running_mean, mean[kept])


def test_random_channels_are_removed_from_the_same_layers():
    x = torch.zeros(1, 3, 64, 64)
    reports = [
        prune_model(as_if_trained(classifier(VGG, 64)), x, 0.4, criterion=name, seed=seed)
        for name, seed in ((None, 0), ('random', 0), ('random', 0), ('random', 1))
    ]
    assert [report.criterion for report in reports] == ['bn_scale', *['random'] * 3]
    widths = [[len(kept) for kept in report.kept.values()] for report in reports]
    assert widths[0] == widths[1] == widths[3] and reports[0].flops == reports[1].flops
    kept = [report.kept for report in reports]
    assert kept[1] == kept[2] and len({str(one) for one in kept}) == 3


@pytest.mark.parametrize('ratio', [0, 1, -0.5, 1.5, float('nan')])
def test_ratio_out_of_range(ratio):
    with pytest.raises(ValueError, match='above 0 and below 1'):
        prune_model(nn.Conv2d(3, 3, 1), torch.zeros(1, 3, 8, 8), ratio)


def test_options_out_of_range():
    model, x = classifier(VGG, 64), torch.zeros(1, 3, 64, 64)
    with pytest.raises(ValueError, match='round_to=0'):
        prune_model(model, x, 0.5, round_to=0)
    with pytest.raises(ValueError, match='floor=1'):
        prune_model(model, x, 0.5, floor=1.0)
    with pytest.raises(ValueError, match="criterion='l1'"):
        prune_model(model, x, 0.5, criterion='l1')
    with pytest.raises(ValueError, match='no channel that can be pruned by mlp_norm'):
        prune_model(model, x, 0.5, criterion='mlp_norm')


def test_a_network_without_prunable_channels_is_refused():
    plain = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.BatchNorm2d(8))
    with pytest.raises(ValueError, match='Sequential has no channel that can be pruned'):
        prune_model(plain, torch.zeros(1, 3, 8, 8), 0.5)


def test_scales_that_are_no_numbers_are_refused():
    network = classifier(VGG, 64)
    with torch.no_grad():
        next(m for m in network.modules() if isinstance(m, nn.BatchNorm2d)).weight[0] = torch.nan
    with pytest.raises(ValueError, match=r'1 of \d+ layers are nan or inf: backbone'):
        prune_model(network, torch.zeros(1, 3, 64, 64), 0.5)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'round_to': 1000}, 'removes no channel'),
        ({'criterion': 'random', 'seed': -1}, 'seed=-1 must be 0 or more'),
    ],
)
def test_options_that_remove_nothing_are_refused(options, message):
    network = classifier(VGG, 64)
    widths = {name: weight.shape for name, weight in network.named_parameters()}
    with pytest.raises(ValueError, match=message):
        prune_model(network, torch.zeros(1, 3, 64, 64), 0.5, **options)
    assert {name: weight.shape for name, weight in network.named_parameters()} == widths
