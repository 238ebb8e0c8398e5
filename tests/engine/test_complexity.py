"""Sizes of a network that can be counted by hand."""

import logging

import torch
from mmengine.logging import MMLogger
from torch import nn

from mmfer.engine.complexity import model_complexity


def test_parameters_and_multiply_adds():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, groups=1),
        nn.GELU(),  # mmengine does not count it and says so
        nn.Conv2d(8, 4, 1, stride=2, bias=False),
        nn.Flatten(),
        nn.Linear(4 * 5 * 6, 7),
    ).eval()
    MMLogger.get_current_instance().setLevel(logging.INFO)
    parameters, flops = model_complexity(model, torch.zeros(1, 3, 10, 12))
    assert parameters == (3 * 9 + 1) * 8 + 8 * 4 + (120 + 1) * 7
    assert flops == 3 * 9 * 8 * 120 + 8 * 4 * 30 + 120 * 7
    assert MMLogger.get_current_instance().level == logging.INFO
