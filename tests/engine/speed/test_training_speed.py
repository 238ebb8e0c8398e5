"""The speed of a training step with each option."""

from typing import Any

import pytest
import torch
from mmengine.config import Config

from mmfer.engine.speed import training_speed as module
from mmfer.engine.speed.training_speed import (
    Options,
    choices,
    format_training,
    training_speed,
    training_step,
)

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


def test_each_choice_has_a_speed_and_its_ratio_to_no_option(bfloat16: bool) -> None:
    rows = training_speed(CONFIG, 2, 32, repeats=1, seconds=0.05, cpu_time=True)
    assert [row[0] for row in rows] == [str(options) for options in choices()]
    assert rows[0][0] == 'none' and ('bfloat16' in rows[-1][0]) == bfloat16
    speeds, ratios = ([float(row[i]) for row in rows] for i in (1, 2))
    assert min(speeds) > 0
    assert ratios == pytest.approx([speed / speeds[0] for speed in speeds], abs=0.02)


@pytest.mark.parametrize('options', [Options(), Options(channels_last=True, fused=True)])
def test_a_step_trains_and_the_options_change_nothing_but_rounding(options: Options) -> None:
    step: Any = training_step(CONFIG, options, 4, 32)
    model, images, samples, _, _ = step.args
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
    step: Any = training_step(CONFIG, Options(), 4, 32)
    model, images, samples, _, _ = step.args
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    losses = []
    for _ in range(5):
        with torch.no_grad():
            losses.append(float(model(images, samples, mode='loss')['loss']))
        optimizer.zero_grad()
        model(images, samples, mode='loss')['loss'].backward()
        optimizer.step()
    return losses


def test_table() -> None:
    table = format_training([['a.py', 'fused', '9.0', '1.10']], 8)
    assert table.splitlines()[0] == '| model | options | training images/s at 8 | ratio |'
    assert '| a.py | fused | 9.0 | 1.10 |' in table
