"""Train on your own folder: copy this file and change the lines marked "Change"."""

_base_ = '../_base_/default_runtime.py'

# Change: your folder with train/<class>/ and test/<class>/, and your classes.
data_root = 'data/mine'
classes = ['anger', 'fear', 'happiness']
# Change for your machine: 96 or 112 px on a CPU, 224 px on a GPU.
image_size = 112
batch_size = 32
epochs = 12
lr = 1e-3

model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(
        num_classes=len(classes),
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        to_rgb=True,
    ),
    backbone=dict(type='ResNet', depth=18, zero_init_residual=False),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=len(classes),
        in_channels=512,
        loss=dict(type='CrossEntropyLoss'),
    ),
)

# Each image is decoded once and kept in memory. If the images do not fit into memory, move these
# two transforms out of Cached and set num_workers.
load_once = dict(
    type='Cached',
    transforms=[dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=image_size)],
)
train_pipeline = [
    load_once,
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=10, scale=(0.9, 1.1), shift=0.05),
    dict(type='PackExpression'),
]
test_pipeline = [load_once, dict(type='PackExpression')]
# With `tools/test.py --tta`: a face and its mirror image.
tta_pipeline = [
    load_once,
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='RandomFaceFlip', prob=0.0), dict(type='RandomFaceFlip', prob=1.0)],
            [dict(type='PackExpression')],
        ],
    ),
]

# A tenth of the training images chooses the epoch; the test images choose nothing.
folder = dict(type='ExpressionFolder', data_root=data_root, classes=classes, val_ratio=0.1)
train_dataloader = dict(
    batch_size=batch_size,
    num_workers=0,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(**folder, split='train', pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=batch_size,
    num_workers=0,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**folder, split='val', test_mode=True, pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=batch_size,
    num_workers=0,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**folder, split='test', test_mode=True, pipeline=test_pipeline),
)
val_evaluator = dict(type='ExpressionMetric')
test_evaluator = val_evaluator

train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=lr, weight_decay=0.05))
param_scheduler = dict(
    type='OneCycleLR', eta_max=lr, total_steps=epochs, by_epoch=True, convert_to_iter_based=True
)
default_hooks = dict(
    checkpoint=dict(save_best='mean_class_accuracy', rule='greater'),
    # The checkpoint records how your images frame the faces, so that `mmfer predict` crops the
    # faces in photographs likewise.
    framing=dict(measure=64),
)
