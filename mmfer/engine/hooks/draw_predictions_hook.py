"""Test images with their predictions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpretrain.structures import DataSample
from PIL import Image, ImageDraw

from mmfer.evaluation.metrics.samples import attributes_of, scores_of
from mmfer.registry import HOOKS
from mmfer.visualization.fonts import sans_serif
from mmfer.visualization.image_file import write_image

Color = tuple[int, int, int]
RIGHT, WRONG, BLACK = (30, 130, 60), (190, 40, 40), (0, 0, 0)


def write_below(
    image: np.ndarray, lines: Sequence[tuple[str, Color]], width: int = 224
) -> Image.Image:
    """Scale an image to ``width`` pixels, with colored lines of text below: (H, W, 3) uint8 RGB."""
    height = round(image.shape[0] * width / image.shape[1])
    canvas = Image.new('RGB', (width, height + 17 * len(lines) + 6), 'white')
    canvas.paste(Image.fromarray(image).resize((width, height)), (0, 0))
    draw = ImageDraw.Draw(canvas)
    font = sans_serif(12, [text for text, _ in lines])
    for i, (text, color) in enumerate(lines):
        font.draw(draw, (6, height + 3 + 17 * i), text, color)
    return canvas


def class_lines(true: str | None, predicted: str, score: float) -> list[tuple[str, Color]]:
    """The predicted class with its probability, green if correct, red if wrong; the true class."""
    lines = [(f'{predicted} {score:.0%}', WRONG if true not in (None, predicted) else RIGHT)]
    return lines if true is None else [*lines, (f'true: {true}', BLACK)]


def attribute_lines(
    names: Sequence[str], scores: np.ndarray, target: np.ndarray, known: np.ndarray, most: int = 5
) -> list[tuple[str, Color]]:
    """The number of correct known attributes, and the most confident mistakes.

    Args:
        names: Names of the A attributes.
        scores: Probabilities (A,); 0.5 and above mean present.
        target: Whether each attribute is present (A,).
        known: Whether each attribute is known (A,).
        most: Maximum number of mistakes, the most confident first.
    """
    wrong = np.flatnonzero(known & ((scores >= 0.5) != (target > 0)))
    wrong = wrong[np.argsort(-np.abs(scores[wrong] - 0.5), kind='stable')]
    right = known.sum() - len(wrong)
    lines = [(f'{right} of {known.sum()} attributes right', WRONG if len(wrong) else RIGHT)]
    for i in wrong[:most]:
        truth = 'present' if target[i] > 0 else 'absent'
        lines.append((f'{names[i]} {scores[i]:.0%}, {truth}', BLACK))
    return lines


@HOOKS.register_module()
class DrawPredictionsHook(Hook):
    """Write every test image after the pipeline, with its true and predicted class.

    For attributes (``task='attributes'`` in the ``metainfo`` of the data set), the text gives the
    number of correct attributes and the mistakes.

    The file names contain the index in the data set and the name of the image.

    Args:
        out_dir: The output folder.

    Example:
        >>> custom_hooks = [dict(type='DrawPredictionsHook', out_dir='work_dirs/shown')]
    """

    def __init__(self, out_dir: str) -> None:
        self.out_dir = Path(out_dir)

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict[str, Any],
        outputs: Sequence[DataSample],
    ) -> None:
        """Draw one batch."""
        meta = runner.test_dataloader.dataset.metainfo
        classes = meta['classes']
        inputs = data_batch['inputs']
        # For augmented views, collated or not, the first view is drawn.
        if isinstance(inputs[0], Sequence) or inputs[0].ndim == 4:
            inputs = inputs[0]
        self.out_dir.mkdir(parents=True, exist_ok=True)
        start = batch_idx * runner.test_dataloader.batch_size
        for offset, (tensor, sample) in enumerate(zip(inputs, outputs, strict=True)):
            index = (start + offset) * runner.world_size + runner.rank
            # The sampler repeats images at the end, so that all ranks have the same number.
            if index >= len(runner.test_dataloader.dataset):
                continue
            fields = sample.to_dict()
            scores = scores_of(fields)
            if meta.get('task') == 'attributes':
                lines = attribute_lines(classes, scores, *attributes_of(fields))
            else:
                # Not pred_label: for augmented views, pred_label belongs to the first view.
                predicted = int(scores.argmax())
                true = classes[int(sample.gt_label)] if 'gt_label' in sample else None
                lines = class_lines(true, classes[predicted], float(scores[predicted]))
            # Images are loaded in BGR order.
            image = tensor.to(torch.uint8).permute(1, 2, 0).flip(-1).contiguous().cpu().numpy()
            name = Path(sample.get('img_path', 'image')).stem
            write_image(self.out_dir / f'{index:06}_{name}.png', write_below(image, lines))
