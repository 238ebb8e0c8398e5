"""Which weights of a checkpoint a model takes."""

import pytest
import torch
from torch import nn

from mmfer.engine.checkpoints.fit import load_fitting
from mmfer.models import ITRR


def network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1))


def test_all_weights_fit() -> None:
    source, target = network(), network()
    fit = load_fitting(target, {f'module.{k}': v for k, v in source.state_dict().items()})
    assert fit.whole and len(fit.fitting) == 9
    assert torch.equal(source[2].weight, target[2].weight)


def test_every_kind_of_misfit_is_named_and_the_rest_is_loaded() -> None:
    weights = network().state_dict()
    weights['0.weight'] = torch.zeros(5, 3, 3, 3)
    weights['0.bias'] = torch.zeros(5)
    del weights['2.bias'], weights['1.num_batches_tracked']
    weights['extra'] = torch.zeros(1)
    model = network()
    fit = load_fitting(model, weights)
    assert not fit.whole
    assert (list(fit.missing), list(fit.foreign)) == (['2.bias'], ['extra'])
    assert fit.describe() == (
        '5 of 8 weights fit; 1 of the model not in the checkpoint: 2.bias; 1 of the checkpoint not '
        'in the model: extra; 2 of another shape: 0.weight ((5, 3, 3, 3) in the checkpoint, '
        '(4, 3, 3, 3) in the model), 0.bias ((5) in the checkpoint, (4) in the model)'
    )
    assert torch.equal(model[2].weight, weights['2.weight'])


def test_a_long_list_is_cut() -> None:
    fit = load_fitting(network(), {'extra': torch.zeros(1)})
    assert '0.weight, 0.bias, 1.weight, 1.bias and 4 more' in fit.describe()
    assert fit.fitting == []


def test_a_support_set_of_any_size_fits() -> None:
    source = ITRR(8, num_heads=2)
    source.set_support(torch.rand(5, 8))
    target = ITRR(8, num_heads=2)
    assert load_fitting(target, source.state_dict()).whole
    assert torch.equal(target.support_features, source.support_features)


def test_other_errors_are_not_hidden() -> None:
    class Broken(nn.Linear):
        def _load_from_state_dict(self, *args: object) -> None:
            raise RuntimeError('out of memory')

    with pytest.raises(RuntimeError, match='out of memory'):
        load_fitting(Broken(1, 1), {'weight': torch.zeros(1, 1)})


def test_a_weight_that_is_no_tensor_does_not_fit() -> None:
    weights = {**network().state_dict(), '2.bias': [0.0, 0.0], 'epoch': 3}
    model = network()
    fit = load_fitting(model, weights)
    assert fit.reshaped == {'2.bias': 'list in the checkpoint instead of a tensor'}
    assert fit.foreign == ['epoch']
    assert torch.equal(model[0].weight, weights['0.weight'])
