"""Whether attention lies where the visible landmarks are (paper 001, section 2.3)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.registry import METRICS


def attention_overlap(attention: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """How much of an attention map lies in the cells with visible landmarks.

    Args:
        attention: M, (h, w), 0 to 1.
        mask: f_M, (h, w), 1 where a cell holds a visible landmark, else 0; neither all 0 nor all 1.

    Returns:
        ``attention_in_mask``, the share of M's sum that lies in the mask; what a uniform map has
        there, ``attention_in_mask_uniform``; and the means of M, ``attention_inside`` and
        ``attention_outside``.

    Raises:
        ValueError: If the shapes differ.
    """
    if attention.shape != mask.shape:
        raise ValueError(
            f'The attention has {attention.shape} cells and the mask {mask.shape}: set the grid of '
            "LandmarkMask to the size of the network's last map."
        )
    attention, inside = attention.astype(np.float64), mask > 0
    return {
        'attention_in_mask': attention[inside].sum() / max(attention.sum(), np.finfo(float).tiny),
        'attention_in_mask_uniform': inside.mean(),
        'attention_inside': attention[inside].mean(),
        'attention_outside': attention[~inside].mean(),
    }


@METRICS.register_module()
class AttentionMetric(BaseMetric):
    """The overlap of attention maps with the cells that hold visible landmarks, in percent.

    The means over the images of :func:`attention_overlap`; beside ``attention_in_mask`` stands
    what a uniform map would have, and ``attention_inside`` and ``attention_outside`` show whether
    attention has died out altogether. A sample gives ``attention`` (1, h, w), as
    ``MultiRegionNet`` predicts it, and ``landmark_mask`` (1, h, w) of ``LandmarkMask``. Images
    whose mask is all 0 are left out and counted in the log. A model without attention has no such
    measures. With test-time augmentation the first view counts.

    Args:
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.

    Raises:
        ValueError: If a sample has attention and no mask, or they differ in size.

    Example:
        >>> test_evaluator = [dict(type='ExpressionMetric'), dict(type='AttentionMetric')]
    """

    default_prefix = 'attention'
    measures = (
        'attention_in_mask',
        'attention_in_mask_uniform',
        'attention_inside',
        'attention_outside',
    )

    def __init__(self, collect_device: str = 'cpu') -> None:
        super().__init__(collect_device=collect_device)
        self.prefix = None  # plain names; mmengine would warn of no prefix at all

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep the overlap of each sample, None where there is none."""
        for sample in data_samples:
            if 'attention' not in sample:
                self.results.append(None)
                continue
            if 'landmark_mask' not in sample:
                raise ValueError(
                    f'The sample "{sample.get("img_path")}" has no landmark_mask: put LandmarkMask '
                    'into the test pipeline, or leave AttentionMetric out.'
                )
            attention, mask = (
                sample[name].detach().float().cpu().numpy()[0]
                for name in ('attention', 'landmark_mask')
            )
            known = 0 < mask.mean() < 1
            self.results.append(attention_overlap(attention, mask) if known else None)

    def compute_metrics(self, results: list[dict[str, float] | None]) -> dict[str, float]:
        """The means, in percent."""
        known = [one for one in results if one is not None]
        if len(known) < len(results):
            print_log(
                f'AttentionMetric: {len(results) - len(known)} of {len(results)} images have no '
                'attention map, or no cell with a visible landmark.',
                logger='current',
            )
        if not known:
            return {}
        return {name: 100 * float(np.mean([one[name] for one in known])) for name in known[0]}
