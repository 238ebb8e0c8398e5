"""SE-ResNeXt-50 32x4d on the apex frame of a clip (paper 004, table 1), five classes."""

model = dict(
    type='ImageClassifier',
    backbone=dict(type='SEResNeXt', depth=50, groups=32, width_per_group=4, se_ratio=16),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=5,
        in_channels=2048,
        loss=dict(type='SoftmaxFocalLoss', gamma=2.0, loss_weight=1.0),
    ),
)
