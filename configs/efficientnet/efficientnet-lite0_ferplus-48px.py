"""EfficientNet-lite0 on FERPlus, for two cores: the model that mmfer ships.

It begins with weights from ImageNet (tools/misc/convert_efficientnet_lite0.py), learns from the
votes as soft labels, and sees the images of 48 px enlarged to 64 px for the first half of the
epochs and to 80 px for the second half, which begins with half the learning rate again. Rare
classes are drawn more often.
"""

_base_ = [
    '../_base_/datasets/ferplus_48.py',
    '../_base_/schedules/adamw_cosine_10e.py',
    '../_base_/cpu_runtime.py',
]

pretrained = 'data/pretrained/efficientnet-lite0.pth'
image_size = 80
epochs = 12
half = epochs // 2

model = dict(
    type='ImageClassifier',
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

parts = ['cached_gray', 'enlarge', 'large_pipeline']
cached_gray = [
    _base_.cached,
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomPhotograph', prob=0.4),
    dict(type='RandomGrayscale', prob=1.0, keep_channels=True),
]
enlarge = dict(type='ResizeFace', size=image_size)
large_pipeline = [*cached_gray, enlarge, *_base_.augment, dict(type='PackExpression')]
train_pipeline = [
    *cached_gray,
    dict(type='ResizeFace', size=image_size * 4 // 5),
    *_base_.augment,
    dict(type='PackExpression'),
]
test_pipeline = [*_base_.gray, enlarge, dict(type='PackExpression')]
tta_pipeline = [*_base_.gray, enlarge, _base_.tta_pipeline[-1]]

train_dataloader = dict(
    batch_size=64,
    dataset=dict(
        _delete_=True,
        type='ClassBalancedDataset',
        oversample_thr=0.05,
        dataset=dict(**_base_.training_part, split='train', pipeline=train_pipeline),
    ),
)
val_dataloader = dict(batch_size=64, dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(batch_size=64, dataset=dict(pipeline=test_pipeline))

optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=0.02))
param_scheduler = [
    # First, because it sets the rate at the beginning of each period.
    dict(
        type='CosineRestartLR',
        periods=[half, epochs - half],
        restart_weights=[1, 0.5],
        eta_min=1e-5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
    _base_.param_scheduler[0],
]
train_cfg = dict(max_epochs=epochs)
default_hooks = dict(
    ema=dict(
        type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.002, update_buffers=True
    ),
    larger=dict(
        type='SwitchRecipeHook',
        schedule=[dict(action_epoch=half + 1, train_pipeline=large_pipeline)],
    ),
)
