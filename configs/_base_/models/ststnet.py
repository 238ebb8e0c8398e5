"""STSTNet on the motion from the onset to the apex, five classes."""

model = dict(
    type='ImageClassifier',
    backbone=dict(type='STSTNet', in_channels=3),
    head=dict(
        type='LinearClsHead',
        num_classes=5,
        in_channels=400,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
