"""Number of parameters and operations of a model."""

import logging

import torch
from mmengine.analysis import get_model_complexity_info
from mmengine.logging import MMLogger
from torch import Tensor, nn


@torch.no_grad()
def model_complexity(model: nn.Module, image: Tensor) -> tuple[int, float]:
    """Count parameters, and multiply-adds in convolutions, linear layers and matrix products.

    Args:
        model: A model in eval mode.
        image: One input (1, 3, H, W) on the device of the model.
    """
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.ERROR)  # the counter warns about every uncounted operator
    try:
        complexity = get_model_complexity_info(
            model, inputs=(image,), show_table=False, show_arch=False
        )
    finally:
        logger.setLevel(level)
    return sum(parameter.numel() for parameter in model.parameters()), complexity['flops']
