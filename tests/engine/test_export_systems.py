"""Every system, pruned or not, gives the same scores as an exported file."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from mmfer.engine.benchmark import input_shape
from mmfer.engine.export import ImageScores, onnx_content, program_content
from mmfer.engine.pruning import prune_model
from mmfer.runtime.onnx_network import OnnxNetwork
from tests.engine.pruning.networks import as_if_trained
from tests.engine.pruning.test_all_configs import built
from tests.engine.test_export import predicted
from tests.helpers import ROOT
from tests.small_configs import small_config

SYSTEMS = {
    'RALD': ('rald/rald_r18_synthetic.py', 40),
    'MIFNet': ('mifnet/mifnet_r18-swint_synthetic.py', 96),
    'multi-region network': ('multi_region/multi_region_vgg16bn_synthetic.py', 56),
    'FAER': ('faer/faer_convnext_synthetic.py', 40),
    'FAER with attributes': ('faer/faer_convnext_synthetic-celeba.py', 40),
    'SE-ResNeXt of apex frames': ('apex_seresnext/apex_seresnext50_synthetic.py', 40),
    'ResNet-18': ('resnet/resnet18_ferplus-48px.py', 48),
}
"""The config of each system, made small, and the side of its images."""


def model_of(system: str, folder: Path) -> tuple[Any, Tensor, int]:
    """The model, three images (N, 3, H, W) RGB that differ much, and their side."""
    config, size = SYSTEMS[system]
    model = as_if_trained(built(small_config(ROOT / 'configs' / config, folder, folder)))
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (3, *input_shape(model, size)), generator=generator)
    images[0], images[1] = 0, 255
    return model, images, size


def settle(model: Any, images: Tensor) -> None:
    """Give the batch norms the statistics of the images, so that the scores depend on them."""
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            module.momentum = None
    with torch.no_grad():
        ImageScores(model.train())(images.float())
    model.eval()


def check(content: bytes, number: int | None, model: Any, images: Tensor) -> None:
    file = OnnxNetwork(content, 'the file')
    expected = predicted(model, images)
    found = [
        file.run(['scores'], images=part.float().numpy())[0] for part in images.split(number or 3)
    ]
    np.testing.assert_allclose(np.concatenate(found), expected, atol=1e-4)
    assert np.ptp(expected, axis=0).max() > 0.005


@pytest.mark.parametrize('system', SYSTEMS)
def test_a_system_gives_the_same_scores_in_onnxruntime(system: str, tmp_path: Path) -> None:
    model, images, size = model_of(system, tmp_path)
    settle(model, images)
    check(*onnx_content(model, size), model, images)


@pytest.mark.parametrize('system', SYSTEMS)
def test_a_pruned_system_gives_the_same_scores_in_onnxruntime(system: str, tmp_path: Path) -> None:
    model, images, size = model_of(system, tmp_path)
    report = prune_model(model, images[:1].float(), 0.3)
    assert report.parameters[1] < report.parameters[0]
    settle(model, images)
    check(*onnx_content(model, size), model, images)


@pytest.mark.parametrize('system', SYSTEMS)
def test_a_system_gives_the_same_scores_as_an_exported_program(system: str, tmp_path: Path) -> None:
    model, images, size = model_of(system, tmp_path)
    settle(model, images)
    content, number = program_content(model, size)
    program = torch.export.load(BytesIO(content)).module()
    with torch.no_grad():
        found = torch.cat([program(part.float()) for part in images.split(number or 3)])
    np.testing.assert_allclose(found.numpy(), predicted(model, images), atol=1e-4)


def test_a_constant_number_of_images_is_noticed_in_scores_that_hardly_differ(
    tmp_path: Path,
) -> None:
    """Swin's graph takes the number of images for a constant, which is wrong for others."""
    model, images, size = model_of('MIFNet', tmp_path)
    content, number = onnx_content(model, size)
    expected = predicted(model, images)
    assert number == 1 and np.ptp(expected, axis=0).max() < 0.01
    file = OnnxNetwork(content, 'the file')
    found = [file.run(['scores'], images=image[None].float().numpy())[0] for image in images]
    np.testing.assert_allclose(np.concatenate(found), expected, atol=1e-5)
