"""bfloat16 on processors with bfloat16 units."""

from pathlib import Path

import pytest
import torch

from mmfer.engine import cpu_amp, train
from mmfer.engine.cpu_amp import CPUAmpOptimWrapper
from tests.helpers import tiny_config


def dtype_of_output(supported: bool, monkeypatch: pytest.MonkeyPatch) -> torch.dtype:
    monkeypatch.setattr(cpu_amp, 'cpu_has_bfloat16', lambda: supported)
    model = torch.nn.Linear(4, 2)
    wrapper = CPUAmpOptimWrapper(optimizer=torch.optim.SGD(model.parameters(), 0.1))
    with wrapper.optim_context(model):
        output = model(torch.rand(3, 4))
    before = model.weight.clone()
    wrapper.update_params(output.float().square().mean())
    assert model.weight.dtype == torch.float32
    assert not torch.equal(before, model.weight)
    return output.dtype


def test_autocast_is_on_if_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dtype_of_output(True, monkeypatch) == torch.bfloat16


def test_float32_is_used_on_other_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dtype_of_output(False, monkeypatch) == torch.float32


def test_detection_agrees_with_the_kernel() -> None:
    flags = Path('/proc/cpuinfo').read_text().split()
    assert cpu_amp.cpu_has_bfloat16() == ('avx512_bf16' in flags or 'amx_bf16' in flags)


def test_a_training_with_amp_runs(image_folder: Path, tmp_path: Path) -> None:
    runner = train(tiny_config(tmp_path, image_folder), amp=True, validate=False)
    assert isinstance(runner.optim_wrapper, CPUAmpOptimWrapper)
    assert all(weight.isfinite().all() for weight in runner.model.state_dict().values())
