"""AffectNet-7 at 224 px, batches of 128; tested on the official validation part.

No test part was ever handed out. The training part is very unbalanced and the validation part
is not, so the sampler draws every class equally often, as published work on AffectNet does.
"""

_base_ = './faces_224.py'

dataset_type = 'AffectNet'
data_root = 'data/affectnet'
num_classes = 7

data_preprocessor = dict(num_classes=num_classes)

# The older form has whole photographs with a box for the face; the one of 2021 has faces.
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
    # Oversampling. For every image once an epoch: dict(type='DefaultSampler', shuffle=True).
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
