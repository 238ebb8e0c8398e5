"""The multi-region network (paper 001)."""

import torch
from mmpretrain.models.classifiers import ImageClassifier
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.registry import MODELS

POOLINGS = ('weighted', 'mean')


@MODELS.register_module()
class MultiRegionNet(ImageClassifier):
    """Two sub-networks, eyes + face and mouth + face, with attention on the face.

    Mean pooling turns the maps of ``backbone`` into vectors; ``pooling`` says how M * F (eq. 7) of
    the attention M of ``neck`` becomes the vector of the face. The vector of the eyes and the
    vector of the mouth are each concatenated with the vector of the face, and ``head`` fuses and
    classifies both pairs. With only the local branch, each sub-network has its region alone; with
    only the global branch, there is one sub-network, the face.

    The input is the strip (N, 3, 3 * S, S) of ``CropRegions``. A sample may have ``region_valid``
    (2,), whether eyes and mouth are visible; the vector of an invisible region is zero. Without
    ``region_valid``, as in ``mode='tensor'``, both count as visible. The loss of the attention
    needs ``landmark_mask`` (1, h, w) of ``LandmarkMask``, the cells with visible landmarks. A
    prediction has ``attention`` (1, h, w) if the model has a neck.

    Args:
        backbone: Config of :class:`RegionTrunks`.
        head: Config of :class:`MultiRegionHead`.
        neck: Config of :class:`RegionAttention`, or None.
        mask_loss: Config of :class:`AttentionMaskLoss`, or None.
        pooling: The vector of the face. ``'weighted'``: the sum of M * F divided by the sum of M,
            whose scale does not depend on the attended area. ``'mean'``: the mean of M * F over all
            positions, as for a map without attention. The paper prints M * F without a division.
        train_cfg, data_preprocessor, init_cfg: See mmpretrain's ``ImageClassifier``.

    Raises:
        ValueError: If the parts do not fit together, ``pooling`` is unknown or, in training, a
            sample has no ``landmark_mask``.

    Example:
        >>> model = dict(
        ...     type='MultiRegionNet',
        ...     backbone=dict(type='RegionTrunks', trunk=dict(type='VGGBN16')),
        ...     neck=dict(type='RegionAttention', in_channels=512),
        ...     mask_loss=dict(type='AttentionMaskLoss'),
        ...     head=dict(type='MultiRegionHead', num_classes=7, in_channels=1024))
    """

    def __init__(
        self,
        backbone: dict,
        head: dict,
        neck: dict | None = None,
        mask_loss: dict | None = None,
        pooling: str = 'weighted',
        train_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            backbone=backbone,
            neck=neck,
            head=head,
            train_cfg=train_cfg,
            data_preprocessor=data_preprocessor,
            init_cfg=init_cfg,
        )
        if pooling not in POOLINGS:
            raise ValueError(
                f"MultiRegionNet: pooling='{pooling}' must be one of {', '.join(POOLINGS)}."
            )
        self.pooling = pooling
        self.mask_loss = None if mask_loss is None else MODELS.build(mask_loss)
        if neck is not None and self.backbone.global_trunk is None:
            raise ValueError(
                'MultiRegionNet: the attention is on the face, so add the global branch.'
            )
        if neck is None and mask_loss is not None:
            raise ValueError('MultiRegionNet: mask_loss needs an attention map, so give a neck.')
        subnets = 1 if self.backbone.local_trunk is None else 2
        if len(self.head.weights) != subnets:
            raise ValueError(
                f'MultiRegionNet has {subnets} sub-network(s) with these branches, but the head '
                f'has {len(self.head.weights)} weight(s). Give one weight for each sub-network.'
            )

    @property
    def views(self) -> int:
        """Number of square images in the input: 3, or 1 with only the global branch."""
        return self.backbone.views

    def shows_face(self, layer: str) -> bool:
        """Whether the map of a layer shows the face, not eyes and mouth."""
        if layer == 'backbone':  # the last map decides
            return self.backbone.global_trunk is not None
        return layer.startswith(('neck', 'backbone.global_trunk'))

    def extract_feat(self, inputs: Tensor, stage: str = 'neck') -> tuple[Tensor, ...] | Tensor:
        """Features of strips; all regions count as visible.

        Args:
            inputs: (N, 3, views * S, S).
            stage: ``'backbone'`` for the maps (N, C, h, w), ``'neck'`` for the vector (N, D) of
                each sub-network, ``'pre_logits'`` for the concatenated fused vectors.
        """
        maps = self.backbone(inputs)
        if stage == 'backbone':
            return maps
        feats, _ = self.pooled(maps)
        return self.head.pre_logits(feats) if stage == 'pre_logits' else feats

    def head_inputs(self, inputs: Tensor, data_samples: list[DataSample]) -> tuple[Tensor, ...]:
        """Inputs of the head for strips (N, 3, views * S, S) and samples with ``region_valid``."""
        return self.pooled(self.backbone(inputs), data_samples)[0]

    def pooled(
        self, maps: tuple[Tensor, ...], data_samples: list[DataSample] | None = None
    ) -> tuple[tuple[Tensor, ...], Tensor | None]:
        """Inputs of the head, and the attention.

        Args:
            maps: The maps of the backbone, (N, C, h, w).
            data_samples: N samples, which may have ``region_valid``.

        Returns:
            The vector (N, D) of each sub-network, and M (N, 1, h, w), or None without a neck.
        """
        vectors = [feature_map.mean((2, 3)) for feature_map in maps]
        attention = None
        if self.with_neck:
            attention, face_map = self.neck(maps)
            vectors[-1] = face_map.mean((2, 3))
            if self.pooling == 'weighted':
                vectors[-1] = vectors[-1] / attention.mean((2, 3)).clamp_min(1e-6)
        if self.backbone.local_trunk is None:
            return (vectors[0],), attention
        regions, face = vectors[:2], vectors[2:]
        valid = _valid(data_samples or [])
        if valid is not None:
            regions = [x * valid[:, i, None].to(x) for i, x in enumerate(regions)]
        if face:
            regions = [torch.cat([region, *face], dim=1) for region in regions]
        return tuple(regions), attention

    def loss(self, inputs: Tensor, data_samples: list[DataSample]) -> dict[str, Tensor]:
        """Losses of a batch: the losses of the head, and ``loss_attention_mask``."""
        feats, attention = self.pooled(self.backbone(inputs), data_samples)
        losses = self.head.loss(feats, data_samples)
        if self.mask_loss is not None:
            masks = torch.stack([_mask(sample) for sample in data_samples]).to(inputs.device)
            losses['loss_attention_mask'] = self.mask_loss(attention, masks)
        return losses

    def predict(
        self, inputs: Tensor, data_samples: list[DataSample] | None = None, **kwargs: object
    ) -> list[DataSample]:
        """Samples with ``pred_score``, ``pred_label`` and ``attention`` (1, h, w)."""
        feats, attention = self.pooled(self.backbone(inputs), data_samples)
        predictions = self.head.predict(feats, data_samples, **kwargs)
        if attention is not None:
            for sample, one in zip(predictions, attention.float(), strict=True):
                sample.set_field(one, 'attention')
        return predictions


def _valid(data_samples: list[DataSample]) -> Tensor | None:
    """Visibility of the regions, (N, 2); None if no sample has ``region_valid``."""
    known = [sample.get('region_valid') for sample in data_samples]
    if all(one is None for one in known):
        return None
    there = next(one for one in known if one is not None)
    return torch.stack([torch.ones_like(there) if one is None else one for one in known])


def _mask(sample: DataSample) -> Tensor:
    if 'landmark_mask' not in sample:
        raise ValueError(
            f'"{sample.get("img_path", "A sample")}" has no landmark_mask, but the loss of the '
            'attention needs it. Put LandmarkMask before CropRegions in the training pipeline, or '
            'set mask_loss=None.'
        )
    return sample.landmark_mask
