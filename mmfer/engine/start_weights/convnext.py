"""ConvNeXt."""

from mmfer.engine.start_weights.layout import Layout, by_rules

LAYOUTS = (
    Layout(
        'torchvision: ConvNeXt',
        by_rules(
            (
                r'^features\.([0246])\.(?=\d)',
                lambda match: f'downsample_layers.{int(match[1]) // 2}.',
            ),
            (r'^features\.([1357])\.', lambda match: f'stages.{int(match[1]) // 2}.'),
            (r'\.layer_scale$', '.gamma'),
            (r'\.block\.0\.', '.depthwise_conv.'),
            (r'\.block\.2\.', '.norm.'),
            (r'\.block\.3\.', '.pointwise_conv1.'),
            (r'\.block\.5\.', '.pointwise_conv2.'),
            (r'^classifier\.0\.', 'norm3.'),
        ),
    ),
    Layout(
        'timm: ConvNeXt',
        by_rules(
            (r'^stem\.', 'downsample_layers.0.'),
            (r'^stages\.(\d)\.downsample\.', r'downsample_layers.\1.'),
            (r'^stages\.(\d)\.blocks\.', r'stages.\1.'),
            (r'\.conv_dw\.', '.depthwise_conv.'),
            (r'\.mlp\.fc(\d)\.', r'.pointwise_conv\1.'),
            (r'^head\.norm\.', 'norm3.'),
        ),
    ),
    Layout(
        'the authors: ConvNeXt',
        by_rules(
            (r'\.dwconv\.', '.depthwise_conv.'),
            (r'\.pwconv(\d)\.', r'.pointwise_conv\1.'),
            (r'^norm\.', 'norm3.'),
        ),
    ),
)
