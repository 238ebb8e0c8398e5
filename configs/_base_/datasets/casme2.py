"""CASME II, five classes, the spotted apex at 224 px, batches of 2; some subjects held out.

tools/spot_apex.py --dataset spots the apexes, as paper 004 does; frame='apex' reads those of the
coding file.

tools/cross_validate.py instead tests on every subject in turn and trains on all others.
"""

dataset_type = 'CASME2'
data_root = 'data/casme2'
image_size = 224
test_subjects = ('sub02', 'sub12', 'sub23')

data_preprocessor = dict(
    num_classes=5,
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)


# Aligned faces, with exactly the augmentation of paper 004, section 3.3.
load_face = [
    dict(type='LoadExpressionImage'),
    dict(type='AlignFace', size=image_size, margin=0.05),
]
train_pipeline = [
    *load_face,
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=15, scale=(1.0, 1.0), shift=0.0),
    dict(
        type='RandomGrayscale',
        prob=0.5,
        keep_channels=True,
        channel_weights=(0.114, 0.587, 0.299),
    ),
    dict(type='PackExpression'),
]
test_pipeline = [*load_face, dict(type='PackExpression')]
tta_pipeline = [
    *load_face,
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='RandomFaceFlip', prob=0.0), dict(type='RandomFaceFlip', prob=1.0)],
            [dict(type='PackExpression')],
        ],
    ),
]

train_dataloader = dict(
    batch_size=2,
    num_workers=2,
    persistent_workers=True,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        split='train',
        num_classes=5,
        frame='spotted',
        test_subjects=test_subjects,
        pipeline=train_pipeline,
    ),
)
test_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        split='test',
        num_classes=5,
        frame='spotted',
        test_subjects=test_subjects,
        test_mode=True,
        pipeline=test_pipeline,
    ),
)
# The last epoch is tested, because held-out subjects must not influence any choice.
val_dataloader = test_dataloader

val_evaluator = dict(type='ExpressionMetric')
test_evaluator = val_evaluator
