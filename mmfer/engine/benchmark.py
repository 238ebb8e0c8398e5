"""Models with random weights, and random inputs of them, to measure and to export."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from mmengine.config import Config
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.device import usable_device
from mmfer.engine.model_building import build_model
from mmfer.protocols import PreparesBenchmark, predicts_attributes, views_of


def benchmark_model(cfg: Config, device: str) -> nn.Module:
    """The model of a config with random weights, ready for prediction.

    A module that needs more than weights, such as a support set, creates a random one in its method
    ``prepare_benchmark()``.
    """
    model = build_model(cfg)
    for module in model.modules():
        if isinstance(module, PreparesBenchmark):
            module.prepare_benchmark()
    prepared: nn.Module = model.to(usable_device(device)).eval()
    return prepared


def precision(device: str, amp: bool) -> AbstractContextManager[Any]:
    """If ``amp``, float16 on a GPU and bfloat16 on a CPU; else float32."""
    if not amp:
        return nullcontext()
    return torch.autocast(device, torch.float16 if device == 'cuda' else torch.bfloat16)


def input_shape(model: nn.Module, size: int) -> tuple[int, int, int]:
    """The shape of one input: square images of ``size`` pixels, stacked vertically if several.

    The number of channels is that of the first convolution, 3 for images.
    """
    convolutions = (layer for layer in model.modules() if isinstance(layer, nn.Conv2d))
    first = next(convolutions, None)
    channels = 3 if first is None else first.in_channels
    return channels, views_of(model) * size, size


def random_images(count: int, model: nn.Module, size: int) -> Tensor:
    """Random images, the same for all models with the same number of views."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, *input_shape(model, size), generator=generator)


def predict(model: nn.Module, inputs: Tensor, amp: bool) -> None:
    """Predict a batch of normalized images; on a GPU, the work may go on."""
    device = inputs.device.type
    with torch.inference_mode(), precision(device, amp):
        model(inputs, mode='predict')


def annotated(model: Any, inputs: Tensor) -> list[DataSample]:
    """Samples with labels or attributes for the head, and with masks for attention losses."""
    with torch.no_grad():
        predictions = model(inputs, mode='predict')
    samples = [DataSample(metainfo={'sample_idx': i}) for i in range(len(inputs))]
    for i, (sample, predicted) in enumerate(zip(samples, predictions, strict=True)):
        if 'attention' in predicted:
            sample.set_field(torch.ones_like(predicted.attention), 'landmark_mask')
        if predicts_attributes(model):
            sample.set_gt_score(torch.arange(model.head.num_classes) % 2)
        else:
            label = i % model.head.num_classes
            sample.set_gt_label(label)
            if getattr(getattr(model.head, 'loss_module', None), 'use_soft', False):
                sample.set_gt_score(torch.eye(model.head.num_classes)[label])
    device = next(model.parameters()).device
    return [sample.to(device) for sample in samples]
