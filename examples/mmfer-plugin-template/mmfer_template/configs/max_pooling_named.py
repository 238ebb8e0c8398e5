"""A slim ResNet-18 with the neck, the loss and the reader of this package."""

data_root = 'data/mine'
classes = ['calm', 'crying']
image_size = 48
epochs = 2

model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(num_classes=len(classes), mean=[127.5] * 3, std=[64.0] * 3, to_rgb=True),
    backbone=dict(type='ResNet', depth=18, base_channels=16, stem_channels=16),
    neck=dict(type='MaxPooling'),
    head=dict(
        type='FeatureLossHead',
        num_classes=len(classes),
        in_channels=128,
        loss=dict(type='CrossEntropyLoss'),
        feature_losses=[dict(type='NormLoss', loss_weight=0.01)],
    ),
)

pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=image_size),
    dict(type='PackExpression'),
]
images = dict(type='NamedImages', data_root=data_root, classes=classes, pipeline=pipeline)
train_dataloader = dict(
    batch_size=4,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(**images, split='train'),
)
test_dataloader = dict(
    batch_size=4,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**images, split='test', test_mode=True),
)
test_evaluator = dict(type='ExpressionMetric')

train_cfg = dict(by_epoch=True, max_epochs=epochs)
test_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3))
