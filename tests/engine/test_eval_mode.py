import pytest
import torch
from torch import nn

from mmfer.engine.eval_mode import eval_mode, train_mode


class Caching(nn.Linear):
    """A layer that clears its cache when its mode is set, like HIFENet."""

    kept: torch.Tensor | None = None

    def train(self, mode: bool = True) -> 'Caching':
        self.kept = None
        return super().train(mode)


@pytest.fixture
def model() -> nn.Sequential:
    return nn.Sequential(Caching(2, 2), nn.BatchNorm1d(2), nn.Dropout())


def test_frozen_parts_stay_in_eval_mode(model: nn.Sequential) -> None:
    model[1].eval()
    with eval_mode(model):
        assert not any(module.training for module in model.modules())
    assert [module.training for module in model.modules()] == [True, True, False, True]


def test_a_model_in_eval_mode_stays_so(model: nn.Sequential) -> None:
    model.eval()
    with eval_mode(model):
        pass
    assert not any(module.training for module in model.modules())


def test_the_mode_is_restored_after_an_error(model: nn.Sequential) -> None:
    with pytest.raises(RuntimeError, match='inside'), eval_mode(model):
        raise RuntimeError('inside')
    assert all(module.training for module in model.modules())


def test_modules_are_notified_when_the_mode_is_restored(model: nn.Sequential) -> None:
    with eval_mode(model):
        model[0].kept = torch.ones(1)
    assert model[0].kept is None


def test_gradients_flow_inside(model: nn.Sequential) -> None:
    with eval_mode(model):
        assert model(torch.ones(3, 2)).requires_grad


def test_training_mode_is_temporary_too(model: nn.Sequential) -> None:
    model.eval()
    with pytest.raises(RuntimeError, match='inside'), train_mode(model):
        assert all(module.training for module in model.modules())
        raise RuntimeError('inside')
    assert not any(module.training for module in model.modules())
