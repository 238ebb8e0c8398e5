"""A slim ResNet-18 on 99 rendered infants, trained in seconds: the base of docs/components.md.

mmfer render ifer data/renderings --preset tiny
mmfer train resnet18_renderings
"""

_base_ = ['../_base_/datasets/ifer.py', '../_base_/default_runtime.py']

data_root = 'data/renderings'
image_size = 48
epochs = 2
lr = 1e-3

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
loader = dict(batch_size=16, num_workers=0, persistent_workers=False)
train_dataloader = dict(**loader, dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(**loader, dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(**loader, dataset=dict(data_root=data_root, pipeline=test_pipeline))

model = dict(
    type='ImageClassifier',
    data_preprocessor=_base_.data_preprocessor,
    backbone=dict(type='ResNet', depth=18, base_channels=16, stem_channels=16),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='FeatureLossHead',
        num_classes=4,
        in_channels=128,
        loss=dict(type='CrossEntropyLoss'),
    ),
)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=lr, weight_decay=0.05))
param_scheduler = dict(
    type='OneCycleLR', eta_max=lr, total_steps=epochs, by_epoch=True, convert_to_iter_based=True
)
train_cfg = dict(by_epoch=True, max_epochs=epochs)
val_cfg = dict()
test_cfg = dict()
face_crop = dict(type='box', size=112, scale=1.40, shift=(0.03, -0.14))
