import pytest
import torch

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS


def build(mode):
    torch.manual_seed(0)
    return MODELS.build(dict(type='HDAM', in_channels=32, mode=mode)).eval()


@pytest.mark.parametrize(
    ('mode', 'expected'),
    [
        ('parallel', lambda net, x: net.sga(x) + net.sk(x)),
        ('sga_sk', lambda net, x: net.sk(net.sga(x))),
        ('sk_sga', lambda net, x: net.sga(net.sk(x))),
    ],
)
def test_modes(mode, expected):
    net, x = build(mode), torch.randn(2, 32, 3, 3)
    feats = net((torch.randn(2, 8, 6, 6), x))
    assert len(feats) == 1
    torch.testing.assert_close(feats[0], expected(net, x))


def test_modes_differ():
    x = torch.randn(2, 32, 3, 3)
    first, second, third = (build(mode)((x,))[0] for mode in ('parallel', 'sga_sk', 'sk_sga'))
    assert not torch.allclose(first, second) and not torch.allclose(second, third)


@pytest.mark.parametrize('mode', ['parallel', 'sga_sk', 'sk_sga'])
def test_a_batch_of_one_trains(mode):
    net = build(mode).train()
    (out,) = net((torch.randn(1, 32, 2, 2),))
    out.square().sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad.isfinite().all(), name


def test_options_reach_the_parts():
    net = MODELS.build(
        dict(type='HDAM', in_channels=32, sga=dict(kernel_size=3), sk=dict(groups=4))
    )
    assert net.sga.gate.kernel_size == (3, 3) and net.sk.grouped[0].groups == 4


def test_hdam_works_in_a_chain():
    neck = MODELS.build([dict(type='HDAM', in_channels=32), dict(type='FeaturePooling')]).eval()
    feature_map, vector = neck((torch.randn(2, 32, 3, 3),))
    torch.testing.assert_close(vector, feature_map.mean((2, 3)))


def test_unknown_mode():
    with pytest.raises(ValueError, match="mode='serial' must be one of parallel, sga_sk, sk_sga"):
        build('serial')
