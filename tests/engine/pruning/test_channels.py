"""Widths of layers are recorded and applied."""

import copy
import json

import pytest
import torch
from torch import nn

from mmfer.engine.pruning import apply_channels, channel_record, prune_model


def network(width: int = 8) -> nn.Sequential:
    """All kinds of layers that change, including grouped and depthwise convolutions."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, width, 3, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.Conv2d(width, width, 3, groups=width),
        nn.BatchNorm2d(width),
        nn.Conv2d(width, 16, 1, groups=4),
        nn.BatchNorm2d(16),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 6),
        nn.BatchNorm1d(6),
        nn.ReLU(),
        nn.Linear(6, 2),
    )
    for module in model:
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.weight.data = torch.linspace(0.1, 1, module.num_features)
    return model.eval()


def pruned() -> tuple[nn.Sequential, dict]:
    model = network()
    prune_model(model, torch.zeros(1, 3, 8, 8), 0.5)
    return model, channel_record(model)


def test_the_record_holds_the_changed_widths():
    model, record = pruned()
    widths = record['widths']
    left = model[0].out_channels
    assert 0 < left < 8
    assert widths['0'] == {'out_channels': [8, left]}
    assert widths['1'] == {'num_features': [8, left]}
    changed = {'in_channels': [8, left], 'out_channels': [8, left], 'groups': [8, left]}
    assert widths['3'] == changed
    assert widths['12'] == {'in_features': [6, model[12].in_features]}
    assert json.loads(json.dumps(record)) == record
    assert channel_record(network()) == {}


def test_a_model_with_an_applied_record_loads_the_weights_and_gives_equal_outputs():
    model, record = pruned()
    fresh = network()
    fresh[3].weight.requires_grad_(False)
    apply_channels(fresh, record)
    assert {n: t.shape for n, t in fresh.state_dict().items()} == {
        n: t.shape for n, t in model.state_dict().items()
    }
    assert [n for n, p in fresh.named_parameters() if not p.requires_grad] == ['3.weight']
    fresh.load_state_dict(model.state_dict(), strict=True)
    x = torch.randn(2, 3, 8, 8)
    assert torch.equal(fresh(x), model(x))
    assert repr(fresh) == repr(model)
    assert channel_record(fresh) == record
    apply_channels(fresh, record)  # again: nothing changes
    assert torch.equal(fresh(x), model(x))


def test_an_empty_record_changes_nothing():
    model, before = network(), network().state_dict()
    apply_channels(model, None)
    apply_channels(model, {})
    assert all(torch.equal(t, before[n]) for n, t in model.state_dict().items())
    assert channel_record(model) == {}


def test_a_second_pruning_is_recorded_from_the_full_width():
    model, record = pruned()
    left = model[0].out_channels
    fresh = network()
    apply_channels(fresh, record)
    prune_model(fresh, torch.zeros(1, 3, 8, 8), 0.4)
    assert channel_record(fresh)['widths']['0']['out_channels'] == [8, fresh[0].out_channels]
    assert fresh[0].out_channels <= left


def test_the_record_of_another_model_is_refused_without_changes():
    _, record = pruned()
    wider = network(16)
    before = repr(wider)
    with pytest.raises(ValueError, match='out_channels=8 in the layer "0", but it is 16'):
        apply_channels(wider, record)
    assert repr(wider) == before
    with pytest.raises(ValueError, match='"1", but the model has none'):
        apply_channels(nn.Sequential(copy.deepcopy(network()[0])), record)


@pytest.mark.parametrize(
    'record',
    [
        {'layers': {}},
        {'widths': ['0']},
        {'widths': {'0': {'out_channels': 4}}},
        {'widths': {'0': {'out_channels': [8, 0]}}},
        {'widths': {'0': {'out_channels': [8, 9]}}},
        [1],
    ],
)
def test_a_broken_record_is_refused(record):
    with pytest.raises(ValueError, match='cannot be read'):
        apply_channels(network(), record)
