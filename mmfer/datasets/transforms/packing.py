"""Conversion of a sample to the input of a model."""

from typing import Any

import torch
from mmpretrain.datasets import PackInputs

from mmfer.registry import TRANSFORMS

ARRAYS = (
    *('landmarks', 'landmark_scores', 'landmarks5', 'face_box', 'attribute_mask'),
    *('landmark_mask', 'region_valid', 'votes'),
)
FACTS = ('coarse_label', 'clean_label', 'subject', 'group', 'valence', 'arousal')


@TRANSFORMS.register_module()
class PackExpression(PackInputs):
    """mmpretrain's ``PackInputs`` with all fields of an expression data set.

    The ``DataSample`` has, if known, ``gt_label`` (1,), ``gt_score`` (C,), ``landmarks`` (68, 2),
    ``landmark_scores`` (68,), ``landmarks5`` (5, 2), ``face_box`` (4,), ``landmark_mask`` (1, h,
    w), ``region_valid`` (2,), ``votes`` (10,) of FERPlus and ``attribute_mask`` (A,), True for
    known attributes in ``gt_score``, as tensors, and ``coarse_label``, ``clean_label``,
    ``subject``, ``group``, ``valence``, ``arousal``, ``sample_idx``, ``img_path``, ``img_shape``,
    ``ori_shape`` and ``flip`` as metainfo.

    Example:
        >>> pipeline = [dict(type='LoadExpressionImage'), dict(type='PackExpression')]
    """

    def __init__(self) -> None:
        super().__init__(algorithm_keys=ARRAYS, meta_keys=(*PackInputs.DEFAULT_META_KEYS, *FACTS))

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Return ``inputs`` (3, H, W) uint8 and ``data_samples``."""
        arrays = {name: torch.from_numpy(results[name]) for name in ARRAYS if name in results}
        return super().transform({**results, **arrays})
