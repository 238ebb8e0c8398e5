"""AffectNet-7 at 224 px, batches of 128; tested on the official validation part.

There is no public test part. The training part is very unbalanced and the validation part is not,
so the sampler draws every class equally often, as in published work on AffectNet.
"""

_base_ = './faces_224.py'

dataset_type = 'AffectNet'
data_root = 'data/affectnet'
num_classes = 7

data_preprocessor = dict(num_classes=num_classes)

# The older form has whole photographs with a box of the face; the 2021 form has face crops.
load_face = [
    dict(type='LoadExpressionImage'),
    dict(type='CropFace', margin=0.0, optional=True),
    dict(type='ResizeFace', size=_base_.image_size),
]
train_pipeline = [
    *load_face,
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=10, scale=(0.9, 1.1), shift=0.05),
    dict(type='PackExpression'),
]
test_pipeline = [*load_face, dict(type='PackExpression')]
tta_pipeline = [*load_face, _base_.tta_pipeline[-1]]

train_dataloader = dict(
    # Oversampling. dict(type='DefaultSampler', shuffle=True) draws every image once per epoch.
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        num_classes=num_classes,
        pipeline=train_pipeline,
    ),
)
test_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        num_classes=num_classes,
        pipeline=test_pipeline,
    )
)
val_dataloader = test_dataloader
