"""ResNet-18 on FERPlus at 224 px, from scratch, with a strong standard training, for a GPU.

The votes are soft labels. Flip, rotation, scale, shift and erasing change each image, mixup and
CutMix each batch; the weights are averaged. What each is worth is measured at 48 px by the rows in
ablations-ferplus/.
"""

_base_ = [
    '../_base_/datasets/ferplus.py',
    '../_base_/schedules/sgd_cosine_100e.py',
    '../_base_/default_runtime.py',
]

train_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=_base_.image_size),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=15, scale=(0.8, 1.2), shift=0.08),
    dict(type='RandomErasing', erase_prob=0.25, max_area_ratio=0.2),
    dict(type='PackExpression'),
]
train_dataloader = dict(num_workers=8, dataset=dict(mode='probability', pipeline=train_pipeline))
# Each batch is changed by one of the two.
data_preprocessor = dict(
    batch_augments=dict(augments=[dict(type='Mixup', alpha=0.2), dict(type='CutMix', alpha=1.0)])
)
model = dict(
    type='ImageClassifier',
    backbone=dict(type='ResNet', depth=18, zero_init_residual=False),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=8,
        in_channels=512,
        loss=dict(type='LabelSmoothLoss', label_smooth_val=0.1),
    ),
)
test_evaluator = [dict(type='ExpressionMetric'), dict(type='VotesMetric')]
default_hooks = dict(
    ema=dict(
        type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.0005, update_buffers=True
    )
)
