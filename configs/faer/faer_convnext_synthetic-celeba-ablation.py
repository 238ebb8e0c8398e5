"""Rendered faces, few and small, for comparing many variants over several seeds.

    python tools/render_synthetic.py celeba data/synthetic/celeba-ablation \
        --preset standard --images 2000 --size 80
"""

_base_ = './faer_convnext_synthetic-celeba.py'

data_root = 'data/synthetic/celeba-ablation'
image_size = 80
epochs = 10

train_pipeline = [
    dict(
        type='Cached',
        transforms=[dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=image_size)],
    ),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=8, scale=(0.95, 1.15), shift=0.04),
    dict(type='PackExpression'),
]
test_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=image_size),
    dict(type='PackExpression'),
]
train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))

param_scheduler = dict(total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(checkpoint=dict(interval=epochs, max_keep_ckpts=1))
face_crop = dict(size=80)
