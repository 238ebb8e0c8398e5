# Table 3 of paper 003, row (a): ResNet-18 alone; 91.91 in the paper.
_base_ = '../rald_r18_fgemotions.py'
model = dict(
    neck=dict(_delete_=True, type='GlobalAveragePooling'),
    head=dict(
        _delete_=True,
        type='LinearClsHead',
        num_classes=33,
        in_channels=512,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
custom_hooks = []
