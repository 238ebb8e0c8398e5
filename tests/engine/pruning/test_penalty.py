"""The gradient of the penalty, as the optimizer sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed
import torch.multiprocessing
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from torch import Tensor, nn

from mmfer.engine import cpu_amp
from mmfer.engine.cpu_amp import CPUAmpOptimWrapper
from mmfer.engine.pruning import prune_model
from mmfer.engine.pruning.penalty import (
    batch_norm_scales,
    penalize_scales,
    scale_penalty_gradient,
    shrink_scales,
)

LAMBDA, LR = 1e-3, 0.1


def network() -> nn.Sequential:
    """Two batch norms with positive, negative and zero scales."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 4, 3), nn.BatchNorm2d(4)
    )
    for scale in (model[1].weight, model[4].weight):
        nn.init.uniform_(scale, -1, 1)
        scale.data[1] = 0
    return model


def batches(count: int) -> Tensor:
    return torch.randn(count, 4, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def wrapper(kind: str, model: nn.Module, **options: Any) -> OptimWrapper:
    fused = kind.endswith('fused')
    optimizer = torch.optim.SGD(model.parameters(), LR, fused=fused)
    if kind == 'float32':
        return OptimWrapper(optimizer, **options)
    if kind == 'bfloat16':
        return CPUAmpOptimWrapper(optimizer=optimizer, **options)
    wrapped = AmpOptimWrapper(optimizer=optimizer, dtype='bfloat16', **options)
    wrapped.loss_scaler = torch.amp.GradScaler('cpu', init_scale=1024.0)
    return wrapped


def train(
    kind: str,
    penalty: float,
    data: Tensor,
    wrap: Callable[[nn.Module], nn.Module] = lambda model: model,
    **options: Any,
) -> list[dict[str, np.ndarray]]:
    """Gradients of the scales before each step, and the scales before and after it."""
    model = network()
    optim_wrapper = wrapper(kind, model, **options)
    scales = batch_norm_scales(model)
    if penalty:
        penalize_scales(optim_wrapper.optimizer, scales.values(), penalty)
    log: list[dict[str, np.ndarray]] = []

    def record(optimizer: Any, args: Any, kwargs: Any) -> None:
        unscale = 1 if getattr(optimizer, 'grad_scale', None) is None else 1 / optimizer.grad_scale
        log.append(
            {
                'gradient': torch.cat([s.grad * unscale for s in scales.values()]).numpy().copy(),
                'before': torch.cat([s.detach() for s in scales.values()]).numpy().copy(),
            }
        )

    optim_wrapper.optimizer.register_step_pre_hook(record)
    wrapped = wrap(model)
    optim_wrapper.initialize_count_status(model, 0, len(data))
    for batch in data:
        with optim_wrapper.optim_context(wrapped):
            loss = wrapped(batch).float().square().mean()
        updates = len(log)
        optim_wrapper.update_params(loss)
        if len(log) > updates:
            log[-1]['after'] = torch.cat([s.detach() for s in scales.values()]).numpy().copy()
    return log


def check(with_penalty: list[dict[str, np.ndarray]], without: list[dict[str, np.ndarray]]) -> None:
    """The first gradients differ by the penalty; every step equals NumPy's SGD on eq. 11."""
    first, plain = with_penalty[0], without[0]
    expected = plain['gradient'] + np.float32(LAMBDA) * np.sign(plain['before'])
    np.testing.assert_array_equal(first['gradient'], expected)
    assert (first['gradient'] != plain['gradient']).sum() == 8  # ten scales, two of them zero
    for step in with_penalty:
        updated = step['before'] - np.float32(LR) * step['gradient']
        np.testing.assert_allclose(step['after'], updated, rtol=1e-6, atol=1e-8)


KINDS = ['float32', 'bfloat16', 'scaled', 'scaled and fused']


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('options', [{}, {'accumulative_counts': 2}], ids=['each', 'second'])
def test_the_optimizer_sees_lambda_sign_gamma_once_a_step(
    kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpu_amp, 'cpu_has_bfloat16', lambda: True)
    # mmengine asserts a GPU, which loss scaling itself does not need.
    cuda = 'mmengine.optim.optimizer.amp_optimizer_wrapper.is_cuda_available'
    monkeypatch.setattr(cuda, lambda: True)
    data = batches(4)
    check(train(kind, LAMBDA, data, **options), train(kind, 0, data, **options))


def test_a_skipped_step_has_no_penalty() -> None:
    """A loss scale that overflowed: the scaler skips the step."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), LR)
    penalize_scales(optimizer, batch_norm_scales(model).values(), LAMBDA)
    scaler = torch.amp.GradScaler('cpu', init_scale=1024.0)
    scaler.scale(model(batches(1)[0]).sum() * torch.inf).backward()
    before = model[1].weight.detach().clone()
    scaler.step(optimizer)
    assert torch.equal(before, model[1].weight)


def test_clipping_does_not_clip_the_penalty() -> None:
    options = {'clip_grad': dict(max_norm=1e-6)}
    (first, *_) = train('float32', LAMBDA, batches(1), **options)
    assert np.abs(first['gradient']).max() == pytest.approx(LAMBDA, rel=1e-2)


def rank_main(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    store = f'file://{folder}/store'
    torch.distributed.init_process_group('gloo', init_method=store, rank=rank, world_size=2)
    torch.save([of_rank(LAMBDA), of_rank(0)], f'{folder}/rank{rank}.pth')
    torch.distributed.destroy_process_group()


def of_rank(penalty: float) -> list[dict[str, Tensor]]:
    """Train one rank; each rank has its own batches."""
    data = batches(8)[torch.distributed.get_rank() :: 2]
    log = train('float32', penalty, data, MMDistributedDataParallel, accumulative_counts=2)
    return [{name: torch.from_numpy(value) for name, value in step.items()} for step in log]


def test_two_ranks_apply_the_penalty_once(tmp_path: Path) -> None:
    torch.multiprocessing.spawn(rank_main, (str(tmp_path),), nprocs=2)
    ranks = []
    for rank in (0, 1):
        logs = torch.load(tmp_path / f'rank{rank}.pth', weights_only=True)
        ranks.append([[{k: v.numpy() for k, v in step.items()} for step in log] for log in logs])
    for penalized, plain in ranks:
        check(penalized, plain)
    for one, other in zip(ranks[0][0], ranks[1][0], strict=True):
        np.testing.assert_array_equal(one['gradient'], other['gradient'])


def test_unused_scales_do_not_change_and_the_handle_ends_the_penalty() -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), LR)
    handle = penalize_scales(optimizer, batch_norm_scales(model).values(), LAMBDA)
    model[1](model[0](batches(1)[0])).sum().backward()
    optimizer.step()
    assert model[4].weight.grad is None
    handle.remove()
    model[1].weight.grad.zero_()
    optimizer.step()
    assert not model[1].weight.grad.any()


def test_gradient() -> None:
    scale = torch.tensor([0.5, -2.0, 0.0], dtype=torch.float64, requires_grad=True)
    (LAMBDA * scale.abs().sum()).backward()
    np.testing.assert_array_equal(scale_penalty_gradient(scale, LAMBDA), scale.grad)


def test_choice_of_scales() -> None:
    model = network()
    assert list(batch_norm_scales(model)) == ['1', '4']
    assert list(batch_norm_scales(model, include=['4'])) == ['4']
    assert list(batch_norm_scales(model, exclude=['4'])) == ['1']
    model[1].weight.requires_grad_(False)
    assert list(batch_norm_scales(model)) == ['4']


def test_a_network_without_scales_is_refused() -> None:
    with pytest.raises(ValueError, match=r"include=\['head'\].* batch norms 1, 4\."):
        batch_norm_scales(network(), include=['head'])
    bare = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4, affine=False))
    with pytest.raises(ValueError, match='Sequential has no batch norm with a trained scale'):
        batch_norm_scales(bare)


def test_a_proximal_step_is_soft_thresholding():
    model = network()
    scale, frozen = model[1].weight, model[4].weight
    before, kept = scale.detach().numpy().copy(), frozen.detach().clone()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    shrink_scales(optimizer, [scale, frozen], penalty=3.0)
    scale.grad = torch.zeros_like(scale)
    optimizer.step()
    expected = np.sign(before) * np.maximum(np.abs(before) - 0.3, 0)
    np.testing.assert_allclose(scale.detach().numpy(), expected, rtol=1e-6)
    assert (scale == 0).sum() > 1
    assert torch.equal(frozen, kept)  # it has no gradient


def test_proximal_steps_end_at_the_share():
    scale = nn.Parameter(torch.tensor([0.1, -0.2, 0.9, 1.0]))
    optimizer = torch.optim.SGD([scale], lr=0.1)
    shrink_scales(optimizer, [scale], penalty=1.0, share=0.5)
    for _ in range(20):
        scale.grad = torch.zeros_like(scale)
        optimizer.step()
    assert scale.tolist() == pytest.approx([0, 0, 0.8, 0.9])


def test_scales_of_unused_parts_do_not_count():
    used, unused = nn.Parameter(torch.tensor([0.1, 0.9])), nn.Parameter(torch.ones(9))
    optimizer = torch.optim.SGD([used, unused], lr=0.1)
    shrink_scales(optimizer, [used, unused], penalty=1.0, share=0.5)
    for _ in range(20):
        used.grad = torch.zeros_like(used)
        optimizer.step()
    assert used.tolist() == pytest.approx([0, 0.9])


def test_the_share_stays_at_zero_while_the_other_scales_recover():
    scale = nn.Parameter(torch.tensor([0.1, -0.2, 0.9, 1.0]))
    optimizer = torch.optim.SGD([scale], lr=0.1)
    shrink_scales(optimizer, [scale], penalty=1.0, share=0.5)
    for _ in range(20):  # every gradient pulls away from zero, but by less than the penalty
        scale.grad = torch.full_like(scale, -0.5)
        optimizer.step()
    assert scale[:2].tolist() == [0, 0]
    assert (scale[2:] > 1.6).all()


def test_the_bias_of_a_scale_of_zero_is_zero():
    norm, other = nn.BatchNorm1d(3), nn.BatchNorm1d(2)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([0.05, 0.9, -0.02]))
        norm.bias.copy_(torch.tensor([0.3, 0.4, 0.5]))
    scales, biases = [norm.weight, other.weight], [norm.bias, None]
    optimizer = torch.optim.SGD([*norm.parameters(), *other.parameters()], lr=0.1)
    shrink_scales(optimizer, scales, penalty=1.0, biases=biases)
    for parameter in (*scales, norm.bias):
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    assert norm.weight.tolist() == pytest.approx([0, 0.8, 0])
    assert norm.bias.tolist() == pytest.approx([0, 0.4, 0])


def test_removing_channels_of_scale_zero_changes_no_score():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.Conv2d(8, 5, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(5, 2),
    )  # fmt: skip
    norm = model[1]
    nn.init.uniform_(norm.weight, 0.1, 1.0)
    nn.init.uniform_(norm.bias, 0.5, 1.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    shrink_scales(optimizer, [norm.weight], 1.0, share=0.5, biases=[norm.bias])
    for _ in range(12):
        optimizer.zero_grad()
        model(torch.randn(4, 3, 8, 8)).square().mean().backward()
        optimizer.step()
    model.eval()
    images = torch.randn(4, 3, 8, 8)
    before = model(images)
    prune_model(model, images, ratio=0.5)
    assert model[0].out_channels == 4
    torch.testing.assert_close(model(images), before, atol=1e-6, rtol=0)
