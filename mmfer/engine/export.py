"""Export of trained classifiers to other runtimes."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.engine.benchmark import input_shape
from mmfer.engine.runtimes.half_weights import check_half, fold_all_but_norms, in_half
from mmfer.engine.runtimes.onnx_model import (
    TO_EXPORT,
    TOLERANCE,
    OnnxModel,
    content_of,
    with_metadata,
)
from mmfer.files import write_atomically
from mmfer.protocols import AttendsToSupport, predicts_attributes
from mmfer.runtime.onnx_network import check_packages

FREE = ({0: torch.export.Dim.DYNAMIC},)
"""The shapes of inputs whose number is free."""
FACTS = 'mmfer.json'
"""The extra file of an exported program that holds the metadata, JSON."""
Run = Callable[[np.ndarray], np.ndarray]
"""From images (N, 3, H, W) float32 to scores (N, C)."""
Trace = Callable[['ImageScores', Tensor, Any], tuple[bytes, Run]]
"""From a model, an example of its input, and free shapes, to a file and what runs this file."""


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
    model: Any,
    out: str | Path,
    size: int,
    classes: Sequence[str] = (),
    batch_size: int | None = None,
) -> int | None:
    """Write a classifier as an ONNX file.

    The input is ``images`` (N, 3, H, W) float32, RGB pixels from 0 to 255 of face crops in the size
    of training; the output is ``scores`` (N, C), the probabilities. The file contains the
    normalization, and the class names as JSON in the metadata entry ``classes``. Before the file is
    written, its scores for random pixels are compared with those of the classifier.

    Args:
        model: The classifier with its weights; it is not changed.
        out: The file.
        size: Height and width of the images in pixels.
        classes: Names of the classes, in order.
        batch_size: N; None leaves N free, or makes N 1 for a backbone whose graph depends on N,
            such as Swin.

    Returns:
        N; None if N is free.

    Raises:
        ValueError: If ``batch_size`` is below 1, the packages that write ONNX are missing, the
            images of a batch influence each other (``context='batch'`` of
            :class:`mmfer.models.ITRR`), or the scores of the file differ from those of the
            classifier by more than 1e-4.

    Example:
        >>> trained = TrainedModel.load('my_config.py', 'epoch_10.pth')
        >>> export_onnx(trained.model, 'my_model.onnx', size=112)
    """
    content, batch_size = onnx_content(model, size, batch_size)
    write_atomically(out, with_metadata(content, {'classes': list(classes)}))
    return batch_size


def onnx_content(
    model: Any, size: int, batch_size: int | None = None, half_weights: bool = False
) -> tuple[bytes, int | None]:
    """The content of an ONNX file without metadata, and N; see :func:`export_onnx`.

    Args:
        model: The classifier with its weights; it is not changed.
        size: Height and width of the images in pixels.
        batch_size: The number of images in a batch; None leaves it free, if the graph allows that.
        half_weights: Store weights in 16 bits where this changes no value.

    Raises:
        ValueError: If 16 bits hold no weight exactly.
    """
    check_packages(TO_EXPORT)
    if half_weights:
        check_half(model)
    return _content(model, size, batch_size, _onnx_half if half_weights else _onnx)


def program_content(
    model: Any, size: int, batch_size: int | None = None, facts: str = ''
) -> tuple[bytes, int | None]:
    """The content of a file for :func:`torch.export.load`, and N; see :func:`export_onnx`.

    Args:
        model: The classifier with its weights; it is not changed.
        size: Height and width of the images in pixels.
        batch_size: N; None leaves it free, if the graph allows that.
        facts: A text for the entry :data:`FACTS` of the file's extra files.
    """
    return _content(model, size, batch_size, partial(_program, facts=facts))


def _content(
    model: Any, size: int, batch_size: int | None, trace: Trace
) -> tuple[bytes, int | None]:
    """The content of a file, whose scores were compared with those of the model, and N."""
    if batch_size is not None and batch_size < 1:
        raise ValueError(f'--batch-size {batch_size}: give the number of images, 1 or more.')
    for name, module in model.named_modules():
        if isinstance(module, AttendsToSupport) and module.context == 'batch':
            raise ValueError(
                f"model.{name} has context='batch', in which the scores of an image depend on the "
                'other images of its batch, so an exported model would give other scores for '
                'other batches. Export with the support set: --cfg-options '
                f'model.{name}.context=support.'
            )
    original = deepcopy(model).cpu().eval()
    scores = ImageScores(deepcopy(original)).eval()
    _settle_switches(scores)
    with torch.no_grad():
        # An error of the model itself, such as a missing support set, comes without the tracing's.
        scores(torch.zeros(2, *input_shape(original, size)))

    def traced(number: int | None, checked: Sequence[int]) -> bytes:
        # A free axis must not have the length 1 here, which would be taken for a constant.
        images = torch.zeros(number or 2, *input_shape(original, size))
        with torch.no_grad():
            content, run = trace(scores, images, FREE if number is None else None)
            for count in checked:
                _compare(run, original, size, count, number is None)
        return content

    if batch_size is not None:
        return traced(batch_size, [batch_size]), batch_size
    try:
        return traced(None, [1, 3]), None
    except Exception as error:  # each step of PyTorch's export fails in its own way
        first = str(error).partition('\n')[0]
        print_log(f'N cannot be free in the exported file ({first}): N is 1.', logger='current')
        return traced(1, [1]), 1


def _onnx(scores: ImageScores, images: Tensor, shapes: Any) -> tuple[bytes, Run]:
    content = content_of(_exported(scores, images, shapes, True))
    return content, OnnxModel(content, 'the exported file').scores


def _onnx_half(scores: ImageScores, images: Tensor, shapes: Any) -> tuple[bytes, Run]:
    program = _exported(scores, images, shapes, False)
    fold_all_but_norms(program)
    content = in_half(content_of(program))
    return content, OnnxModel(content, 'the exported file').scores


def _exported(
    scores: ImageScores, images: Tensor, shapes: Any, optimize: bool
) -> torch.onnx.ONNXProgram:
    program = torch.onnx.export(
        scores,
        (images,),
        dynamo=True,
        input_names=['images'],
        output_names=['scores'],
        dynamic_shapes=shapes,
        verbose=False,
        optimize=optimize,
    )
    assert program is not None
    return program


def _program(scores: ImageScores, images: Tensor, shapes: Any, facts: str) -> tuple[bytes, Run]:
    program = torch.export.export(scores, (images,), dynamic_shapes=shapes)
    for node in program.graph.nodes:
        node.meta.pop('stack_trace', None)  # it names files of this computer
    file = BytesIO()
    torch.export.save(program, file, extra_files={FACTS: facts})
    loaded = torch.export.load(BytesIO(file.getvalue())).module()
    return file.getvalue(), lambda found: loaded(torch.from_numpy(found)).numpy()


def _compare(run: Run, model: Any, size: int, number: int, free: bool) -> None:
    """Raise ValueError if the scores of random pixels are not those of the model's test.

    With a free axis, a graph may have taken N for a constant. That shows little in a model whose
    scores hardly depend on the image, so there the scores must agree better.
    """
    generator = torch.Generator().manual_seed(0)
    shape = (max(number, 3), *input_shape(model, size))
    noise = torch.randint(0, 256, shape, generator=generator)
    brightness = torch.linspace(1, 0, len(noise)).reshape(-1, 1, 1, 1)
    images = (noise * brightness).to(torch.uint8)
    found = run(images[:number].float().numpy())
    expected = _scores_of(model, images[:number])
    largest, allowed = float(np.abs(found - expected).max()), TOLERANCE
    if free:
        spread = float(np.ptp(_scores_of(model, images), axis=0).max())
        allowed = min(TOLERANCE, max(TOLERANCE / 10, spread / 50))
    if not largest <= allowed:
        raise ValueError(
            f'The scores of the exported file differ from those of the model by {largest:.2g} for '
            f'{number} images, more than {allowed:g}, so the file is not written.'
        )


def _scores_of(model: Any, images: Tensor) -> np.ndarray:
    """Scores of the model's test for images in RGB."""
    batch = dict(inputs=list(images.flip(1)), data_samples=[DataSample() for _ in images])
    answers = model.test_step(batch)
    scores: np.ndarray = torch.stack([one.pred_score for one in answers]).float().numpy()
    return scores


def _settle_switches(model: nn.Module) -> None:
    """Replace boolean buffers that control branches by plain values, which a graph can follow."""
    for module in model.modules():
        for name, buffer in list(module.named_buffers(recurse=False)):
            if buffer.dtype is torch.bool and buffer.ndim == 0:
                delattr(module, name)
                setattr(module, name, bool(buffer))
