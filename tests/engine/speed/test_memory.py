"""Peak memory of a run, by known allocations."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from mmfer.engine.speed.memory import peak_bytes


def test_what_is_kept_and_what_the_run_allocates_at_once() -> None:
    kept = torch.zeros(1000)

    def run() -> None:
        first = kept + 1
        second = first + 1
        del first
        second.add_(1)
        second + 1

    assert peak_bytes(run, [kept]) == 4 * 1000 * 3


def test_a_training_keeps_its_activations() -> None:
    weight = torch.zeros(1000, requires_grad=True)

    def run() -> None:
        weight.exp().exp().exp().sum().backward()
        weight.grad = None

    # Three results stay for the backward pass, in which two gradients live at a time.
    assert 4 * 1000 * 5 <= peak_bytes(run, [weight]) <= 4 * 1000 * 6


def test_on_a_gpu_what_other_models_hold_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The GPU is a fake: a run lifts its peak from 500 to 700 bytes."""
    calls: list[str] = []
    fake = SimpleNamespace(
        synchronize=lambda: calls.append('idle'),
        memory_allocated=lambda: 500,
        reset_peak_memory_stats=lambda: calls.append('reset'),
        max_memory_allocated=lambda: calls.append('peak') or 700,
    )
    monkeypatch.setattr(torch, 'cuda', fake)
    tensor: Any = SimpleNamespace(
        numel=lambda: 10, element_size=lambda: 4, device=SimpleNamespace(type='cuda')
    )
    assert peak_bytes(lambda: calls.append('run'), [tensor]) == 40 + 200
    assert calls == ['idle', 'reset', 'run', 'idle', 'peak']
