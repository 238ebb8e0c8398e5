"""Identities of MS-Celeb-1M at 112 px, the size of the packs, batches of 256, for pretraining.

The head of the model must have one class per identity: 85,742 in the pack ``faces_emore``, 93,431
in ``ms1m-retinaface``. At least one image of each identity is used for validation.
"""

_base_ = './faces_224.py'

dataset_type = 'MSCeleb1M'
data_root = 'data/msceleb'
image_size = 112
num_identities = 85742

data_preprocessor = dict(num_classes=num_identities)

# Without the RandomFaceAffine of the base.
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

train_dataloader = dict(
    batch_size=256,
    dataset=dict(type=dataset_type, data_root=data_root, val_ratio=0.01, pipeline=train_pipeline),
)
test_dataloader = dict(
    batch_size=256,
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        split='val',
        val_ratio=0.01,
        pipeline=test_pipeline,
    ),
)
val_dataloader = test_dataloader

# ExpressionMetric would fill the memory with a table of all pairs of identities.
val_evaluator = dict(_delete_=True, type='Accuracy', topk=(1, 5))
test_evaluator = val_evaluator
