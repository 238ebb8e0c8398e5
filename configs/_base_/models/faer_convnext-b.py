"""FAER (paper 002) on ConvNeXt-Base, seven expressions."""

model = dict(
    type='ImageClassifier',
    backbone=dict(type='ConvNeXtMap', arch='base', drop_path_rate=0.25),
    neck=[
        dict(type='CCAttention', in_channels=1024),
        dict(type='FeaturePooling', in_channels=1024, norm=dict(type='LN', eps=1e-6)),
    ],
    head=dict(
        type='FeatureLossHead',
        num_classes=7,
        in_channels=1024,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        feature_losses=[dict(type='CenterLoss', num_classes=7, in_channels=1024, loss_weight=1e-2)],
    ),
)
