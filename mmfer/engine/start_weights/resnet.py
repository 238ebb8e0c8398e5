"""ResNet, ResNeXt, SE-ResNet and SE-ResNeXt.

torchvision, timm and mmpretrain name the layers alike, except those of squeeze and excitation.
"""

from mmfer.engine.start_weights.layout import Layout, by_rules

LAYOUTS = (
    Layout('timm: SE-ResNet', by_rules((r'\.se\.fc(\d)\.', r'.se_layer.conv\1.conv.'))),
    Layout(
        "SE-ResNet with the names of its authors' port, as in timm's legacy_se*",
        by_rules((r'^layer0\.', ''), (r'\.se_module\.fc(\d)\.', r'.se_layer.conv\1.conv.')),
        caution='The network of this file pools after its stem without padding, so its outputs '
        'differ from those of the backbone. Prefer a file of timm or mmpretrain',
    ),
)
