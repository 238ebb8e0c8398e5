import pytest
import torch
from mmpretrain.models.backbones import VGG
from torch import nn

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS

torch.set_num_threads(1)


def build(**options):
    torch.manual_seed(0)
    net = MODELS.build(dict(type='VGGBN16', **options))
    net.eval()
    return net


def randomise_norms(model):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 1.5)


def test_at_full_width_the_network_equals_the_plain_vgg():
    net, plain = build(), VGG(16, norm_cfg=dict(type='BN'))
    plain.eval()
    randomise_norms(plain)
    net.load_state_dict(plain.state_dict(), strict=True)
    x = torch.randn(2, 3, 32, 64)
    (found,) = net(x)
    assert found.shape == (2, 512, 1, 2)
    assert torch.equal(found, plain(x)[0])
    # 13 convolutions of 9 weights a pair of channels and a bias, and a scale and a shift.
    sizes = (3, 64, 64, 128, 128, *[256] * 3, *[512] * 6)
    expected = sum(9 * a * b + 3 * b for a, b in zip(sizes[:-1], sizes[1:], strict=True))
    assert expected == 14_723_136
    assert sum(p.numel() for p in net.parameters()) == expected


@pytest.mark.parametrize(
    ('norm', 'parameters'), [('none', 14_714_688), ('first', 14_717_632), ('all', 14_723_136)]
)
def test_parameters_and_multiplications(norm, parameters):
    net = build(norm=norm)
    assert sum(p.numel() for p in net.parameters()) == parameters
    found = []
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(
                lambda conv, _, output: found.append(
                    conv.weight.numel() * output.shape[2] * output.shape[3]
                )
            )
    net.to('meta')(torch.empty(1, 3, 224, 224, device='meta'))
    # 15.35 G at 224 pixels, 14.29 in units of 2^30. Paper 001 prints 14.26 G for its VGGNet, and
    # 20.48 M parameters, more than the convolutions of VGG-16 have.
    assert sum(found) == 15_346_630_656


@pytest.mark.parametrize(('size', 'num_pools'), [(224, 5), (112, 4), (56, 3), (7, 0)])
def test_number_of_poolings(size, num_pools):
    (found,) = build(width=0.05, num_pools=num_pools)(torch.randn(1, 3, size, size))
    assert found.shape == (1, 26, 7, 7)


def test_weights_fit_any_number_of_poolings():
    five, four = build(width=0.1), build(width=0.1, num_pools=4)
    four.load_state_dict(five.state_dict(), strict=True)
    x = torch.randn(2, 3, 32, 32)
    pooled = nn.functional.max_pool2d(four(x)[0], 2)
    torch.testing.assert_close(five(x)[0], pooled)


def test_norm_after_the_first_convolution_of_each_stage():
    net = build(norm='first', width=0.125)
    stages, kinds = [], []
    for layer in net.features:
        if isinstance(layer, nn.MaxPool2d):
            stages.append(kinds)
            kinds = []
        else:
            kinds.append(layer.with_norm)
    assert stages == [[True, False]] * 2 + [[True, False, False]] * 3
    assert net(torch.randn(1, 3, 32, 32))[0].shape == (1, 64, 1, 1)
    assert all(layer.with_norm for layer in build(width=0.125).features[:2])


def test_width_of_the_layers():
    convolutions = [m for m in build(width=0.25).modules() if isinstance(m, nn.Conv2d)]
    assert [m.out_channels for m in convolutions] == [16] * 2 + [32] * 2 + [64] * 3 + [128] * 6


def test_without_norm_the_network_equals_the_plain_vgg_16():
    net, plain = build(norm='none'), VGG(16)
    plain.eval()
    net.load_state_dict(plain.state_dict(), strict=True)
    x = torch.randn(1, 3, 32, 32)
    assert torch.equal(net(x)[0], plain(x)[0])


@pytest.mark.parametrize('norm', ['all', 'first', 'none'])
def test_the_network_trains(norm):
    net = build(norm=norm, width=0.05)
    net.train()
    net.init_weights()
    (found,) = net(torch.randn(2, 3, 64, 64))
    found.square().sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad.isfinite().all(), name
    assert net.features[0].conv.weight.grad.any()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(norm='last'), "norm='last' must be one of all, first"),
        (dict(num_pools=6), 'num_pools=6 must be 0 to 5'),
        (dict(num_pools=-1), 'num_pools=-1 must be 0 to 5'),
        (dict(width=0), 'width=0 leaves no channel'),
        (dict(width=-1.0), 'width=-1.0 leaves no channel'),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)
