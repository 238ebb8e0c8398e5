"""The speed of a training step with each option."""

import logging
from collections.abc import Callable
from copy import deepcopy
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from torch._dynamo.exc import Unsupported

from mmfer.engine.benchmark import benchmark_model
from mmfer.engine.speed import training_speed as module
from mmfer.engine.speed.training_speed import (
    Options,
    choices,
    training_speed,
    training_step,
)
from mmfer.engine.speed.turns import Times

CONFIG = Config(
    dict(
        model=dict(
            type='ImageClassifier',
            backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type='LinearClsHead', num_classes=3, in_channels=64),
        )
    )
)


@pytest.fixture(params=[True, False])
def bfloat16(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(module, 'cpu_has_bfloat16', lambda: request.param)
    return bool(request.param)


def test_each_option_alone_and_all_together(bfloat16: bool) -> None:
    found = choices(compiled=True)
    assert found[0] == Options()
    alone = [sum(one) for one in found[1:-1]]
    assert alone == [1] * (4 if bfloat16 else 3)
    assert found[-1] == Options(True, bfloat16, True, True)
    assert not any(one.compiled for one in choices())


def test_each_choice_has_a_speed_and_its_ratio_to_no_option_of_its_config(bfloat16: bool) -> None:
    configs = {'a': CONFIG, 'b': CONFIG}
    rows = training_speed(configs, [2], 32, Times(2, 0.02, cpu_time=True))
    chosen = [str(options) for options in choices()]
    assert [tuple(row.names.values()) for row in rows] == [
        (name, options) for name in configs for options in chosen
    ]
    assert chosen[0] == 'none' and ('bfloat16' in chosen[-1]) == bfloat16
    speeds = [row.speeds['training images/s at 2'] for row in rows]
    for number, speed in enumerate(speeds):
        reference = speeds[number - number % len(chosen)]
        pairs = zip(speed.rounds, reference.rounds, strict=True)
        assert speed.ratios == [one / other for one, other in pairs]


@pytest.mark.parametrize('options', [Options(), Options(channels_last=True, fused=True)])
def test_a_step_trains_and_the_options_change_nothing_but_rounding(options: Options) -> None:
    step = training_step(CONFIG, options, 4, 32)
    model, samples = step.model, step.data['data_samples']
    images = step.data['inputs'].float()  # it has no normalization
    weight = model.backbone.conv1.weight
    if options.channels_last:
        assert weight.is_contiguous(memory_format=torch.channels_last)
    losses = []
    for _ in range(5):
        with torch.no_grad():
            losses.append(float(model(images, samples, mode='loss')['loss']))
        step()
    assert losses[-1] < losses[0]
    # AdamW's first steps take the sign of a gradient, so rounding grows in later steps.
    same = 2 if any(options) else 5
    assert losses[:same] == pytest.approx(losses_of_plain_steps()[:same], rel=1e-3)


def losses_of_plain_steps() -> list[float]:
    """The losses of five steps of AdamW, written with PyTorch alone."""
    step = training_step(CONFIG, Options(), 4, 32)
    model, samples = step.model, step.data['data_samples']
    images = step.data['inputs'].float()  # it has no normalization
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    losses = []
    for _ in range(5):
        with torch.no_grad():
            losses.append(float(model(images, samples, mode='loss')['loss']))
        optimizer.zero_grad()
        model(images, samples, mode='loss')['loss'].backward()
        optimizer.step()
    return losses


def test_compile_compiles_the_step_that_the_runner_compiles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled = []
    monkeypatch.setattr(torch, 'compile', lambda function: compiled.append(function) or function)
    training_step(CONFIG, Options(compiled=True), 2, 32)
    model = benchmark_model(CONFIG, 'cpu')
    runner = SimpleNamespace(cfg=dict(compile=True), model=model, logger=logging.getLogger())
    Runner._maybe_compile(runner, 'train_step')
    ours, theirs = compiled
    assert ours.__func__ is theirs.__func__ is type(model).train_step


def test_compiled_steps_run_more_often_before_they_are_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[Options] = []

    def built(cfg: Config, options: Options, *_: object) -> Callable[[], None]:
        return lambda: ran.append(options)

    monkeypatch.setattr(module, 'training_step', built)
    training_speed({'a': CONFIG}, [2], 32, Times(1, 0), compiled=True)
    chosen = choices(compiled=True)
    assert [ran.count(options) for options in chosen] == [2 + 3 * one.compiled for one in chosen]


def test_memory_of_a_step_counts_the_state_of_the_optimizer() -> None:
    step = training_step(CONFIG, Options(), 2, 32)
    before = {id(tensor) for tensor in step.tensors()}
    step()
    weights = sum(weight.numel() for weight in step.model.parameters())
    new = [tensor for tensor in step.tensors() if id(tensor) not in before]
    # AdamW keeps two means of each gradient, and counts its steps.
    assert sum(tensor.numel() for tensor in new if tensor.ndim) == 2 * weights


def test_a_step_that_cannot_be_compiled_is_left_out(log: list[str]) -> None:
    def broken() -> None:
        raise Unsupported('RuntimeError: no such pattern\nand more')

    assert not module._warm(broken, ('a.py', Options(compiled=True)))
    assert log[-1] == (
        'a.py (compiled) is left out: torch.compile failed (RuntimeError: no such pattern).'
    )
    calls: list[int] = []
    assert module._warm(lambda: calls.append(1), ('a.py', Options(compiled=True)))
    assert len(calls) == module.COMPILED_WARM_UPS
    with pytest.raises(ZeroDivisionError):
        module._warm(lambda: 1 / 0, ('a.py', Options(compiled=True)))


def test_a_student_is_measured_with_its_teacher() -> None:
    cfg = deepcopy(CONFIG)
    cfg.model.type = 'DistilledClassifier'
    cfg.model.response = dict(type='ResponseDistillationLoss')
    cfg.model.head.num_classes = 8
    cfg.model.data_preprocessor = dict(to_rgb=True, mean=[127.0] * 3, std=[128.0] * 3)
    cfg.custom_hooks = [dict(type='TeacherHook', checkpoint='efficientnet-lite0_ferplus', size=32)]
    step = training_step(cfg, Options(), 2, 32)
    step()
    taught = set(map(id, step.model.teacher.model.parameters()))
    assert taught and taught < set(map(id, step.tensors()))  # they count as memory
    cfg.custom_hooks[0].checkpoint = 'no.pth'
    assert benchmark_model(cfg, 'cpu').teacher is None  # predictions do without it
    with pytest.raises(FileNotFoundError, match=r'no\.pth'):
        training_step(cfg, Options(), 2, 32)
