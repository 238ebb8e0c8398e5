"""Training of the landmark network."""

from typing import Any

import torch
from mmengine.model import BaseModel
from mmpretrain.structures import DataSample
from torch import Tensor
from torch.nn import functional as F

from mmfer.faces.detection.landmark_network import LandmarkNetwork
from mmfer.models.losses.heat_map_divergence import heat_map_divergence
from mmfer.registry import MODELS


@MODELS.register_module()
class LandmarkRegressor(BaseModel):
    """Trains :class:`mmfer.faces.LandmarkNetwork` on points and their visibility.

    The loss has three terms: ``loss_points`` of the coordinates of all points, in pixels of the
    crop, where hidden points weigh ``hidden_weight``; the divergence of the heat maps from
    Gaussians (:func:`heat_map_divergence`), for visible points; and the cross-entropy of the
    visibility.

    The inputs are crops (N, 3, S, S), S a multiple of 16, and ``DataSample`` with ``landmarks``
    (68, 2) in pixels and ``landmark_scores`` (68,), above 0.5 for visible points. Predictions have
    ``pred_landmarks`` (68, 2) in pixels and ``pred_landmark_scores`` (68,), probabilities.

    Args:
        loss_points: Loss of predicted and true points (N, 68, 2), with weights (N, 68).
        heat_weight: Weight of the divergence of the heat maps.
        visible_weight: Weight of the cross-entropy.
        sigma: Standard deviation of the Gaussians in cells of the heat map.
        hidden_weight: Weight of a hidden point in ``loss_points``, relative to a visible one.
        data_preprocessor: Normalizes with ``PIXEL_MEAN`` and ``PIXEL_STD``.

    Raises:
        ValueError: If ``hidden_weight`` is not above 0.

    Example:
        >>> model = dict(
        ...     type='LandmarkRegressor',
        ...     loss_points=dict(type='WingLoss', width=5.0, curvature=1.0),
        ...     data_preprocessor=dict(
        ...         type='ImgDataPreprocessor', mean=[127.5] * 3, std=[64.0] * 3, bgr_to_rgb=True))
    """

    def __init__(
        self,
        loss_points: dict[str, Any],
        heat_weight: float = 5.0,
        visible_weight: float = 2.0,
        sigma: float = 1.0,
        hidden_weight: float = 1.0,
        data_preprocessor: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        if not hidden_weight > 0:
            raise ValueError(
                f'LandmarkRegressor(hidden_weight={hidden_weight}): give a number above 0; with '
                '1, hidden points weigh as much as visible ones.'
            )
        self.hidden_weight = hidden_weight
        self.network = LandmarkNetwork()
        self.loss_points = MODELS.build(loss_points)
        self.heat_weight, self.visible_weight, self.sigma = heat_weight, visible_weight, sigma

    def forward(
        self,
        inputs: Tensor,
        data_samples: list[DataSample] | None = None,
        mode: str = 'tensor',
    ) -> Any:
        """Outputs of the network, losses, or samples with predictions.

        Raises:
            ValueError: If the mode is unknown, or a training sample has no landmarks.
        """
        points, logits, share = self.network(inputs)
        if mode == 'tensor':
            return points, logits, share
        if mode == 'loss':
            return self._losses(points, logits, share, data_samples or [], inputs.shape[-1])
        if mode != 'predict':
            raise ValueError(f'mode="{mode}": choose tensor, loss or predict.')
        samples = data_samples or [DataSample() for _ in inputs]
        pixels, scores = points * inputs.shape[-1] - 0.5, logits.sigmoid()
        for sample, found, score in zip(samples, pixels, scores, strict=True):
            sample.set_field(found, 'pred_landmarks')
            sample.set_field(score, 'pred_landmark_scores')
        return samples

    def _losses(
        self, points: Tensor, logits: Tensor, share: Tensor, samples: list[DataSample], size: int
    ) -> dict[str, Tensor]:
        for sample in samples:
            if 'landmarks' not in sample or 'landmark_scores' not in sample:
                raise ValueError(
                    f'The sample "{sample.get("img_path")}" has no landmarks. Use a data set whose '
                    'sidecar holds 68 keypoints, such as a rendered data set.'
                )
        truth = torch.stack([sample.landmarks for sample in samples])
        seen = (torch.stack([sample.landmark_scores for sample in samples]) > 0.5).float()
        weight = seen + self.hidden_weight * (1 - seen)
        parts = (truth + 0.5) / size
        divergence = heat_map_divergence(share, parts, self.sigma)
        return {
            'loss_points': self.loss_points(points * size - 0.5, truth, weight),
            'loss_heat': self.heat_weight * (divergence * seen).sum() / seen.sum().clamp(min=1),
            'loss_visible': self.visible_weight * F.binary_cross_entropy_with_logits(logits, seen),
        }
