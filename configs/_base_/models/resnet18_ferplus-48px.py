"""A narrow ResNet-18 for images of 48 px: no pooling, but a stride of 2 in every stage."""

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet_CIFAR',
        depth=18,
        stem_channels=24,
        base_channels=24,
        strides=(2, 2, 2, 2),
        out_indices=(3,),
        zero_init_residual=False,
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=8,
        in_channels=192,
        # Takes classes and soft labels; with 0.0 it is the cross-entropy.
        loss=dict(type='LabelSmoothLoss', label_smooth_val=0.0),
    ),
)
