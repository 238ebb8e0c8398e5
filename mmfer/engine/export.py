"""Export of trained classifiers to other runtimes."""

import json
from collections.abc import Sequence
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mmfer.engine.benchmark import input_shape
from mmfer.files import write_atomically
from mmfer.protocols import AttendsToSupport, predicts_attributes


class ImageScores(nn.Module):
    """From pixels to probabilities: normalization, a classifier, and a softmax.

    For attributes, a sigmoid replaces the softmax.

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
        self.of_attributes = predicts_attributes(model)
        self.of_bgr = not preprocessor.to_rgb
        self.register_buffer('mean', mean.float())
        self.register_buffer('std', std.float())

    def forward(self, images: Tensor) -> Tensor:
        """Scores (N, C) of face crops (N, 3, H, W), RGB from 0 to 255, of the size in training."""
        if self.of_bgr:
            images = images.flip(1)
        scores = self.model((images - self.mean) / self.std)
        return scores.sigmoid() if self.of_attributes else scores.softmax(1)


def export_onnx(
    model: Any, out: str | Path, size: int, classes: Sequence[str] = (), batch_size: int = 1
) -> None:
    """Write a classifier as an ONNX file.

    The input is ``images`` (N, 3, H, W) float32, RGB pixels from 0 to 255 of face crops in the size
    of training; the output is ``scores`` (N, C), the probabilities. The file contains the
    normalization, and the class names as JSON in the metadata entry ``classes``. N is fixed,
    because some backbones, such as Swin, would silently give wrong scores for another N.

    Args:
        model: The classifier with its weights; it is not changed.
        out: The file.
        size: Height and width of the images in pixels.
        classes: Names of the classes, in order.
        batch_size: N.

    Raises:
        ValueError: If the packages that write ONNX are missing, or the images of a batch influence
            each other (``context='batch'`` of :class:`mmfer.models.ITRR`).

    Example:
        >>> trained = TrainedModel.load('my_config.py', 'epoch_10.pth')
        >>> export_onnx(trained.model, 'my_model.onnx', size=112)
    """
    missing = [name for name in ('onnx', 'onnxscript') if find_spec(name) is None]
    if missing:
        raise ValueError(f'Export to ONNX needs more packages: pip install {" ".join(missing)}.')
    for name, module in model.named_modules():
        if isinstance(module, AttendsToSupport) and module.context == 'batch':
            raise ValueError(
                f"model.{name} has context='batch', in which the scores of an image depend on the "
                'other images of its batch, so an exported model would give other scores for '
                'other batches. Export with the support set: --cfg-options '
                f'model.{name}.context=support.'
            )
    scores = ImageScores(deepcopy(model).cpu()).eval()
    _settle_switches(scores)
    images = torch.zeros(batch_size, *input_shape(model, size))
    program = torch.onnx.export(
        scores,
        (images,),
        dynamo=True,
        input_names=['images'],
        output_names=['scores'],
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props['classes'] = json.dumps(list(classes))
    write_atomically(out, program.model_proto.SerializeToString())


def _settle_switches(model: nn.Module) -> None:
    """Replace boolean buffers that control branches by plain values, which a graph can follow."""
    for module in model.modules():
        for name, buffer in list(module.named_buffers(recurse=False)):
            if buffer.dtype is torch.bool and buffer.ndim == 0:
                delattr(module, name)
                setattr(module, name, bool(buffer))
