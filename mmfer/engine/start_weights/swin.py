"""Swin Transformer.

mmpretrain merges patches with ``nn.Unfold``, which lists the four pixels of a channel one after the
other: all others list the channels of a pixel one after the other, and the pixels column by column.
"""

import re
from collections.abc import Iterable

from torch import Tensor

from mmfer.engine.start_weights.layout import Layout, Rule, by_rules

MERGED = re.compile(r'downsample\.(reduction|norm)\.')
BLOCKS: tuple[Rule, ...] = (
    (r'\.attn\.', '.attn.w_msa.'),
    (r'\.mlp\.(?:fc1|0)\.', '.ffn.layers.0.0.'),
    (r'\.mlp\.(?:fc2|3)\.', '.ffn.layers.1.'),
    (r'^norm\.', 'norm3.'),
)


def _by_channel(name: str, weight: Tensor) -> Tensor:
    """Sort the inputs of a patch merging, the last axis of 4 C entries, as mmpretrain does."""
    if not MERGED.search(name) or weight.shape[-1] % 4:
        return weight
    # The columns x and rows y of the four pixels, and the channels: (x, y, C) -> (C, y, x).
    return weight.unflatten(-1, (2, 2, -1)).transpose(-3, -1).flatten(-3)


_torchvision = by_rules(
    (r'^features\.0\.0\.', 'patch_embed.projection.'),
    (r'^features\.0\.2\.', 'patch_embed.norm.'),
    (
        r'^features\.([246])\.(?=reduction|norm)',
        lambda match: f'stages.{int(match[1]) // 2 - 1}.downsample.',
    ),
    (r'^features\.([1357])\.(?=\d)', lambda match: f'stages.{int(match[1]) // 2}.blocks.'),
    *BLOCKS,
)
_by_layers = by_rules(
    (r'^patch_embed\.proj\.', 'patch_embed.projection.'), (r'^layers\.', 'stages.'), *BLOCKS
)
_one_stage_earlier = by_rules(
    (r'(?<=^stages\.)\d(?=\.downsample)', lambda match: str(int(match[0]) - 1))
)


def _timm(names: Iterable[str]) -> dict[str, str]:
    """timm's names: a stage begins with merging, but in mmpretrain the stage before ends with it.

    The authors' files and those of timm before version 0.9 are as mmpretrain.
    """
    renamed = _by_layers(names)
    if any(name.startswith('stages.0.downsample.') for name in renamed.values()):
        return dict(renamed)
    earlier = _one_stage_earlier(renamed.values())
    return {name: earlier[new] for name, new in renamed.items()}


LAYOUTS = (
    Layout('torchvision: Swin', _torchvision, _by_channel),
    Layout('timm or the authors: Swin', _timm, _by_channel),
)
