"""The overlap of attention with the visible landmarks (paper 001, section 2.3)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from mmfer.registry import METRICS


def attention_overlap(attention: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """The share of an attention map that lies in cells with visible landmarks.

    Args:
        attention: M, (h, w), 0 to 1.
        mask: f_M, (h, w), 1 in cells with a visible landmark, 0 elsewhere; neither all 0 nor all 1.

    Returns:
        ``attention_in_mask``, the share of the sum of M inside the mask;
        ``attention_in_mask_uniform``, the same share of a uniform map; and ``attention_inside`` and
        ``attention_outside``, the means of M inside and outside the mask.

    Raises:
        ValueError: If the shapes differ.
    """
    if attention.shape != mask.shape:
        raise ValueError(
            f'The attention has {attention.shape} cells, but the mask {mask.shape}: set the grid '
            "of LandmarkMask to the size of the network's last feature map."
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

    Logs the means of :func:`attention_overlap` over the images. Compare ``attention_in_mask`` with
    ``attention_in_mask_uniform``; low ``attention_inside`` and ``attention_outside`` mean that the
    attention has vanished. A sample needs ``attention`` (1, h, w), predicted by
    ``MultiRegionNet``, and ``landmark_mask`` (1, h, w) from ``LandmarkMask``. Images whose mask is
    all 0 are left out and counted in the log. A model without attention has no such measures. With
    test-time augmentation, the first view counts.

    Args:
        collect_device: ``'cpu'`` or ``'gpu'``, for several ranks.

    Raises:
        ValueError: If a sample has attention but no mask, or if the two differ in size.

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
        self.prefix = None  # set here, because mmengine warns about a missing prefix

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep the overlap of each sample; empty if it is undefined."""
        # No None: mmengine drops it where it joins the results of several ranks, and then keeps
        # samples that a sampler repeated.
        for sample in data_samples:
            if 'attention' not in sample:
                self.results.append({})
                continue
            if 'landmark_mask' not in sample:
                raise ValueError(
                    f'The sample "{sample.get("img_path")}" has no landmark_mask: add LandmarkMask '
                    'to the test pipeline, or leave AttentionMetric out.'
                )
            attention, mask = (
                sample[name].detach().float().cpu().numpy()[0]
                for name in ('attention', 'landmark_mask')
            )
            known = 0 < mask.mean() < 1
            self.results.append(attention_overlap(attention, mask) if known else {})

    def compute_metrics(self, results: list[dict[str, float]]) -> dict[str, float]:
        """Mean over all samples, in percent."""
        known = [one for one in results if one]
        if len(known) < len(results):
            print_log(
                f'AttentionMetric: {len(results) - len(known)} of {len(results)} images have no '
                'attention map, or no cell with a visible landmark.',
                logger='current',
            )
        if not known:
            return {}
        return {name: 100 * float(np.mean([one[name] for one in known])) for name in known[0]}
