"""Test images with what was seen in them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpretrain.structures import DataSample
from PIL import Image, ImageDraw, ImageFont

from mmfer.registry import HOOKS

RIGHT, WRONG = (30, 130, 60), (190, 40, 40)


def draw_prediction(
    image: np.ndarray, true: str | None, predicted: str, score: float, width: int = 224
) -> Image.Image:
    """A picture with its predicted class below, green if right, red if wrong.

    Args:
        image: (H, W, 3) uint8, RGB.
        true: The true class, if known.
        predicted: The predicted class.
        score: Its probability.
        width: Width of the result in pixels.
    """
    height = round(image.shape[0] * width / image.shape[1])
    canvas = Image.new('RGB', (width, height + 40), 'white')
    canvas.paste(Image.fromarray(image).resize((width, height)), (0, 0))
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(13)
    color = WRONG if true not in (None, predicted) else RIGHT
    draw.text((6, height + 3), f'{predicted} {score:.0%}', color, font)
    if true is not None:
        draw.text((6, height + 20), f'true: {true}', 'black', font)
    return canvas


@HOOKS.register_module()
class DrawPredictionsHook(Hook):
    """Write every test image, as the network gets it, with its true and predicted class.

    The pictures are numbered in the order of the data set and keep the images' names.

    Args:
        out_dir: The folder to write to.

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
        classes = runner.test_dataloader.dataset.metainfo['classes']
        inputs = data_batch['inputs']
        if isinstance(inputs[0], Sequence):  # augmented views: the first shows the image
            inputs = inputs[0]
        self.out_dir.mkdir(parents=True, exist_ok=True)
        start = batch_idx * runner.test_dataloader.batch_size
        for offset, (tensor, sample) in enumerate(zip(inputs, outputs, strict=True)):
            index = (start + offset) * runner.world_size + runner.rank
            predicted = int(sample.pred_label)
            true = classes[int(sample.gt_label)] if 'gt_label' in sample else None
            # Images are loaded in the order blue, green, red.
            image = tensor.to(torch.uint8).permute(1, 2, 0).flip(-1).contiguous().cpu().numpy()
            picture = draw_prediction(
                image, true, classes[predicted], float(sample.pred_score[predicted])
            )
            name = Path(sample.get('img_path', 'image')).stem
            picture.save(self.out_dir / f'{index:06}_{name}.png')
