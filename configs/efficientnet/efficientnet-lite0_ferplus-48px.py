"""EfficientNet-lite0 on FERPlus, for two cores: the model that mmfer ships.

It begins with weights from ImageNet (tools/misc/convert_efficientnet_lite0.py), learns from the
votes as soft labels, and sees the images of 48 px enlarged to 64 px. Rare classes are drawn more
often.
"""

_base_ = '../_base_/default_runtime.py'

data_root = 'data/ferplus'
pretrained = 'data/pretrained/efficientnet-lite0.pth'
image_size = 64
epochs = 6

model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(num_classes=8, mean=[127.0] * 3, std=[128.0] * 3, to_rgb=True),
    backbone=dict(
        type='EfficientNetLite',
        drop_path_rate=0.1,
        init_cfg=dict(type='Pretrained', checkpoint=pretrained),
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=8,
        in_channels=1280,
        loss=dict(type='CrossEntropyLoss', use_soft=True),
    ),
)

# Any photograph becomes what FERPlus holds: a face cut out as there, grey, 48 px. The crop is the
# median over 372 training images of the place of the detector's box.
face_crop = dict(type='box', size=48, scale=1.09, shift=(0.01, 0.0))
grey_48 = [
    dict(type='ResizeFace', size=48),
    dict(type='RandomGrayscale', prob=1.0, keep_channels=True),
]

train_pipeline = [
    dict(
        type='Cached',
        transforms=[dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=48)],
    ),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomPhotograph', prob=0.4),
    dict(type='RandomGrayscale', prob=1.0, keep_channels=True),
    dict(type='ResizeFace', size=image_size),
    dict(type='RandomFaceAffine', rotate=15, scale=(0.8, 1.2), shift=0.08),
    dict(type='RandomErasing', erase_prob=0.25, max_area_ratio=0.2),
    dict(type='PackExpression'),
]
test_pipeline = [
    dict(type='LoadExpressionImage'),
    *grey_48,
    dict(type='ResizeFace', size=image_size),
    dict(type='PackExpression'),
]

# The choosing part is carved from the training part with the same mode, so that none of its
# images is trained on; FER2013Valid is only tested.
choosing = dict(type='FERPlus', data_root=data_root, mode='probability', val_ratio=0.05)
train_dataloader = dict(
    batch_size=64,
    num_workers=0,
    drop_last=True,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='ClassBalancedDataset',
        oversample_thr=0.05,
        dataset=dict(**choosing, split='train', pipeline=train_pipeline),
    ),
)
val_dataloader = dict(
    batch_size=64,
    num_workers=0,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**choosing, split='val', test_mode=True, pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=64,
    num_workers=0,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='FERPlus',
        data_root=data_root,
        split='val',
        mode='majority',
        test_mode=True,
        pipeline=test_pipeline,
    ),
)
val_evaluator = dict(type='ExpressionMetric')
test_evaluator = val_evaluator

train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.02),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, by_epoch=False, begin=0, end=150),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        by_epoch=True,
        T_max=epochs,
        convert_to_iter_based=True,
    ),
]
custom_hooks = [
    dict(type='ChannelsLastHook'),
    dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.002, update_buffers=True),
]
