"""MIFNet (paper 000) on ResNet-18 and Swin-T at 224 px, four classes."""

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='DualBranch',
        branch1=dict(
            type='ResNet',
            depth=18,
            num_stages=4,
            out_indices=(3,),
            style='pytorch',
            zero_init_residual=False,
        ),
        branch2=dict(type='SwinTransformer', arch='tiny', img_size=224, drop_path_rate=0.2),
        in_channels=(512, 768),
    ),
    neck=[
        dict(type='HDAM', in_channels=512, mode='parallel'),
        dict(type='FeaturePooling'),
    ],
    head=dict(
        type='FeatureLossHead',
        num_classes=4,
        in_channels=512,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=4,
                in_channels=512,
                map_size=7,
                loss_weight=0.6,
            )
        ],
    ),
)
