"""Channels that can be removed, and channels that must stay."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from mmfer.engine.pruning.dependencies import Dependencies
from tests.engine.pruning.networks import as_if_trained


class Network(nn.Module):
    """A convolution with batch norm, an operation, and a layer after it."""

    def __init__(self, between: Callable[[Tensor], Tensor], last: nn.Module | None = None) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.bn = nn.BatchNorm2d(8)
        self.between = between
        self.last = nn.Conv2d(8, 4, 1) if last is None else last

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.between(self.bn(self.conv(x))))


def prunable(model: nn.Module) -> list[str]:
    dependencies = Dependencies(model.eval(), torch.zeros(2, 3, 6, 6))
    groups = [g for g in dependencies.groups() if dependencies.zeroed_by_norms(g)]
    return [name for group in groups for name in group.producers]


def pooled(x: Tensor) -> Tensor:
    return x.relu().mean((2, 3))


KEPT_APART = {
    'relu': (torch.relu, None),
    'max pooling': (lambda x: nn.functional.max_pool2d(x, 2), None),
    'interpolation': (lambda x: nn.functional.interpolate(x, scale_factor=2.0), None),
    'sum with itself': (lambda x: x.relu() + x.tanh(), None),
    'position weights': (lambda x: x * torch.linspace(0, 1, 6), None),
    'parts of a batch': (lambda x: torch.add(*x.chunk(2)), None),
    'side by side': (lambda x: torch.cat([x, x.relu()], 1), nn.Conv2d(16, 4, 1)),
    'mean over positions': (pooled, nn.Linear(8, 4)),
    'mean over the last two': (lambda x: x.mean((-1, -2)), nn.Linear(8, 4)),
    'flattened': (lambda x: x.mean((2, 3), keepdim=True).flatten(1), nn.Linear(8, 4)),
}
MIXED = {
    'softmax over channels': (lambda x: x.softmax(1), None),
    'mean over channels': (lambda x: x * x.mean(1, keepdim=True), None),
    'largest channel': (lambda x: x + x.amax(1, keepdim=True), None),
    'relation of positions': (lambda x: (x.flatten(2) @ x.flatten(2).mT)[..., None], None),
    'shuffled': (lambda x: x.unflatten(1, (2, 4)).transpose(1, 2).flatten(1, 2), None),
    'heads': (lambda x: x.unflatten(1, (2, 4)).mean(2).repeat(1, 4, 1, 1), None),
    'a constant added': (lambda x: x + 1, None),
    'sigmoid': (torch.sigmoid, None),
    'a quotient of channels': (lambda x: x.relu() / x, None),
    'an inverse': (lambda x: 1 / x, None),
    'positions in features': (lambda x: x.flatten(1), nn.Linear(8 * 36, 4)),
    'a layer over positions': (lambda x: x.flatten(2), nn.Linear(36, 4)),
    'layer norm': (pooled, nn.LayerNorm(8)),
    'the output': (torch.relu, nn.Identity()),
}


@pytest.mark.parametrize('name', KEPT_APART)
def test_independent_channels_can_be_removed(name):
    model = as_if_trained(Network(*KEPT_APART[name])).eval()
    assert prunable(model) == ['conv']
    x = torch.randn(2, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    zeroed = copy.deepcopy(model)
    for tensor in (zeroed.bn.weight, zeroed.bn.bias):
        tensor.data[[1, 5]] = 0
    dependencies = Dependencies(model, x)
    dependencies.remove(dependencies.groups(), [[1, 5]])
    assert model.conv.out_channels == 6
    torch.testing.assert_close(model(x), zeroed(x))


@pytest.mark.parametrize('name', MIXED)
def test_mixed_channels_stay(name):
    assert prunable(Network(*MIXED[name])) == []


def test_the_layout_in_memory_changes_nothing():
    def network() -> Network:
        return Network(
            lambda x: nn.functional.adaptive_avg_pool2d(x, 1).flatten(1), nn.Linear(8, 4)
        )

    model = network().to(memory_format=torch.channels_last)
    assert prunable(model) == prunable(network()) == ['conv']
    assert model.conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert not model.conv.weight.is_contiguous()


def test_a_map_of_one_channel_is_independent_of_the_channels_it_weights():
    attention = nn.Sequential(nn.Conv2d(8, 5, 3, padding=1), nn.Tanh(), nn.Conv2d(5, 1, 1))
    model = Network(pooled)
    model.attention = attention

    def weighted_mean(x: Tensor) -> Tensor:
        weight = attention(x).sigmoid()
        return (weight * x).mean((2, 3), keepdim=True) / weight.mean((2, 3), keepdim=True)

    model.between = weighted_mean
    dependencies = Dependencies(model.eval(), torch.zeros(1, 3, 6, 6))
    assert prunable(model) == ['conv']
    group = next(g for g in dependencies.groups() if g.producers == ['conv'])
    assert sorted(group.consumers) == ['attention.0', 'last']
    assert list(group.norms) == ['bn']


def test_a_convolution_without_norm_in_a_sum_keeps_its_channels():
    model = Network(torch.relu)
    model.other = nn.Conv2d(3, 8, 1)
    model.forward = lambda x: model.last(model.bn(model.conv(x)) + model.other(x))
    assert prunable(model) == []


def test_gate_needs_no_norm():
    gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 8, 1))
    model = Network(pooled)
    model.gate = gate
    model.between = lambda x: x * gate(x).sigmoid()
    assert prunable(model) == ['conv', 'gate.3']


def test_trunk_used_twice_is_pruned_once():
    model = Network(torch.relu)
    model.forward = lambda x: model.last(
        torch.relu(model.bn(model.conv(x))) + torch.relu(model.bn(model.conv(2 * x)))
    )
    dependencies = Dependencies(model.eval(), torch.zeros(1, 3, 6, 6))
    (group,) = dependencies.groups()
    kept = dependencies.remove([group], [[1, 5]])
    assert kept == {'conv': [0, 2, 3, 4, 6, 7], 'bn': [0, 2, 3, 4, 6, 7]}
    assert model(torch.zeros(1, 3, 6, 6)).shape == (1, 4, 6, 6)


def test_width_of_unused_weights_beside_the_layer_is_kept():
    model = Network(pooled)
    model.last = nn.Module()
    model.last.fc = nn.Linear(8, 4)
    model.forward = lambda x: model.last.fc(pooled(model.bn(model.conv(x))))
    assert prunable(model) == ['conv']
    model.last.register_buffer('centers', torch.zeros(4, 8))
    assert prunable(model) == []
