"""FAER as in paper 002: AffectNet with seven classes, 60 epochs; 66.66 in the paper.

The trunk starts from the weights of faer_convnext-b_msceleb.py.
"""

_base_ = [
    '../_base_/models/faer_convnext-b.py',
    '../_base_/datasets/affectnet.py',
    '../_base_/schedules/adamw_exp_60e.py',
    '../_base_/default_runtime.py',
]

pretrained = 'work_dirs/faer_convnext-b_msceleb/epoch_20.pth'
train_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='CropFace', margin=0.0, optional=True),
    dict(type='ResizeFace', size=_base_.image_size),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='PackExpression'),
]

model = dict(backbone=dict(init_cfg=dict(type='Pretrained', checkpoint=pretrained)))
train_dataloader = dict(
    batch_size=256,
    # Oversampling, as in the base file of the data set: every class equally often.
    sampler=dict(type='ClassBalancedSampler'),
    dataset=dict(pipeline=train_pipeline),
)
optim_wrapper = dict(optimizer=dict(lr=2.5e-4))
# AffectNet's faces are boxes, not aligned.
face_crop = dict(type='box', size=224, scale=1.28, shift=(0.02, -0.05))
