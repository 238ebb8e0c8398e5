"""Small classifiers of every kind, with random weights."""

from typing import Any

import torch
from torch import Tensor

from mmfer.registry import MODELS, register_all_modules

RESNET = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8)
CONVNEXT = dict(type='ConvNeXt', arch=dict(depths=[1, 1, 2, 1], channels=[8, 16, 24, 32]))
CONVNEXT_MAP = dict(CONVNEXT, gap_before_final_norm=False)
SWIN = dict(
    type='SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8]),
    img_size=64,
    window_size=2,
)
GAP = dict(type='GlobalAveragePooling')
POOLING = dict(type='FeaturePooling')


def classifier(
    backbone: dict, neck: Any, channels: int, head: str = 'LinearClsHead', classes: int = 4
) -> Any:
    """An image classifier in eval mode."""
    register_all_modules()
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='mmpretrain.ImageClassifier',
            backbone=backbone,
            neck=neck,
            head=dict(type=head, num_classes=classes, in_channels=channels),
        )
    )
    return model.eval()


def images(count: int = 1, size: int = 64) -> Tensor:
    return torch.randn(count, 3, size, size, generator=torch.Generator().manual_seed(1))
