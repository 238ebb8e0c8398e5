"""Identities of MS-Celeb-1M: the pretraining of FAER's trunk, a plain ConvNeXt-Base.

The other configs name its checkpoint in `pretrained`. The images of the packs, 112 px, are enlarged
to the size at which the trunk is used.
"""

_base_ = [
    '../_base_/models/faer_convnext-b.py',
    '../_base_/datasets/msceleb.py',
    '../_base_/schedules/adamw_exp_60e.py',
    '../_base_/default_runtime.py',
]

image_size = 224
epochs = 20
train_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=image_size),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='PackExpression'),
]
test_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=image_size),
    dict(type='PackExpression'),
]
tta_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=image_size),
    _base_.tta_pipeline[-1],
]

model = dict(
    neck=[dict(type='FeaturePooling', in_channels=1024, norm=dict(type='LN', eps=1e-6))],
    head=dict(
        _delete_=True,
        type='LinearClsHead',
        num_classes={{_base_.num_identities}},
        in_channels=1024,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        cal_acc=False,
    ),
)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader

optim_wrapper = dict(
    optimizer=dict(weight_decay=0.05),
    paramwise_cfg=dict(_delete_=True, norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0),
)
param_scheduler = dict(
    _delete_=True,
    type='OneCycleLR',
    eta_max=1e-3,
    total_steps=epochs,
    pct_start=0.1,
    by_epoch=True,
    convert_to_iter_based=True,
)
train_cfg = dict(max_epochs=epochs, val_interval=1)
