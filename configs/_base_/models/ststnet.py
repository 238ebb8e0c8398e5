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
# The batch norm of the network normalizes the motions.
data_preprocessor = dict(num_classes=5, mean=[0.0], std=[1.0], to_rgb=False)
