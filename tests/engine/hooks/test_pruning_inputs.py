"""Inputs and context for the pruning of a network in training."""

from pathlib import Path

import torch

from mmfer.engine import build_runner
from mmfer.engine.hooks.eval_context_hook import find_itrr
from mmfer.engine.hooks.pruning_inputs import example_inputs, with_a_support_set
from tests.engine.hooks.toy import rald_runner
from tests.helpers import tiny_config


def test_two_images_as_the_network_gets_them(image_folder: Path, tmp_path: Path):
    runner = build_runner(tiny_config(tmp_path, image_folder))
    inputs = example_inputs(runner)
    assert inputs.shape == (2, 3, 32, 32)
    assert inputs.dtype == torch.float32 and inputs.abs().max() < 3  # normalized


def test_a_support_set_is_temporary(tmp_path: Path):
    model = rald_runner(tmp_path).model
    found = find_itrr(model)
    assert found is not None
    itrr = found[1]
    context, features = itrr.context, itrr.support_features
    with with_a_support_set(model):
        assert itrr.context == 'support' and itrr.support_features is not features
    assert itrr.context == context and itrr.support_features is features
