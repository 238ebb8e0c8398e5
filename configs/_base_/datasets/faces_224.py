"""Images of faces at 224 px, batches of 128: the common base of the data sets of faces.

The file of a data set adds the reader, the root and the number of classes.
"""

image_size = 224

data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)

train_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=image_size),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=10, scale=(0.9, 1.1), shift=0.05),
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
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='RandomFaceFlip', prob=0.0), dict(type='RandomFaceFlip', prob=1.0)],
            [dict(type='PackExpression')],
        ],
    ),
]

train_dataloader = dict(
    batch_size=128,
    num_workers=2,
    persistent_workers=True,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(split='train', pipeline=train_pipeline),
)
test_dataloader = dict(
    batch_size=128,
    num_workers=2,
    persistent_workers=True,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(split='test', test_mode=True, pipeline=test_pipeline),
)
# The published settings train on the whole training part. Validation only shows progress on the
# test part and must not choose anything: for choices, set val_ratio in training and split='val'
# here.
val_dataloader = test_dataloader

val_evaluator = dict(type='ExpressionMetric')
test_evaluator = val_evaluator
