"""Trained classifiers for other runtimes."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmpretrain.models.heads import MultiLabelClsHead
from torch import Tensor, nn

from mmfer.engine.checkpoint import write_atomically


class ImageScores(nn.Module):
    """From pixels to probabilities: a classifier with its normalisation before and softmax behind.

    The probabilities are those of a softmax, of attributes those of a sigmoid.

    Args:
        model: A classifier of the config, pruned or not.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, model: Any) -> None:
        super().__init__()
        preprocessor = model.data_preprocessor
        normalize = getattr(preprocessor, '_enable_normalize', False)
        mean = preprocessor.mean if normalize else torch.zeros(3, 1, 1)
        std = preprocessor.std if normalize else torch.ones(3, 1, 1)
        self.model = model
        self.of_attributes = isinstance(model.head, MultiLabelClsHead)
        self.channels_last_first = not preprocessor.to_rgb
        self.register_buffer('mean', mean.float())
        self.register_buffer('std', std.float())

    def forward(self, images: Tensor) -> Tensor:
        """RGB pixels 0 to 255, (N, 3, H, W), already cut to faces and sized -> (N, C)."""
        if self.channels_last_first:
            images = images.flip(1)  # the model was trained on BGR
        scores = self.model((images - self.mean) / self.std)
        return scores.sigmoid() if self.of_attributes else scores.softmax(1)


def export_onnx(
    model: Any, out: str | Path, size: int, classes: Sequence[str] | None = None
) -> None:
    """Write a classifier as an ONNX file.

    It takes ``images`` (N, 3, H, W) float32, RGB pixels of 0 to 255 of face crops in the size of
    training, and gives ``scores`` (N, C), the probabilities; N may be any number. Mean and standard
    deviation are inside. The class names are in its metadata as JSON, under ``classes``.

    Args:
        model: The classifier, with its weights.
        out: The file.
        size: Height and width of the images in pixels.
        classes: Names of the classes, in order.

    Raises:
        ValueError: The packages that write ONNX are missing.

    Example:
        >>> trained = TrainedModel.load('my_config.py', 'epoch_10.pth')
        >>> export_onnx(trained.model, 'my_model.onnx', size=112)
    """
    try:
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ValueError('Writing ONNX needs two packages: pip install onnx onnxscript.') from error
    scores = ImageScores(model).eval()
    images = torch.zeros(2, 3, getattr(model, 'views', 1) * size, size)
    images = images.to(next(model.parameters()).device)
    logger = logging.getLogger('torch.onnx')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        program = torch.onnx.export(
            scores,
            (images,),
            dynamo=True,
            input_names=['images'],
            output_names=['scores'],
            dynamic_shapes=({0: torch.export.Dim('batch')},),
            verbose=False,
        )
    finally:
        logger.setLevel(level)
    assert program is not None
    if classes is not None:
        program.model.metadata_props['classes'] = json.dumps(list(classes))
    write_atomically(out, program.model_proto.SerializeToString())
