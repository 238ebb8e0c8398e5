# ResNet-18 alone.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(
    neck=dict(_delete_=True, type='GlobalAveragePooling'),
    head=dict(
        _delete_=True,
        type='LinearClsHead',
        num_classes=8,
        in_channels={{_base_.model.head.in_channels}},
        loss=dict(type='LabelSmoothLoss', label_smooth_val=0.0),
    ),
)
custom_hooks = []
