"""FAER as in paper 002: RAF-DB, 120 epochs; 91.75 in the paper.

The trunk starts from the weights of faer_convnext-b_msceleb.py.
"""

_base_ = [
    '../_base_/models/faer_convnext-b.py',
    '../_base_/datasets/rafdb.py',
    '../_base_/schedules/adamw_exp_60e.py',
    '../_base_/default_runtime.py',
]

epochs = 120
pretrained = 'work_dirs/faer_convnext-b_msceleb/epoch_20.pth'
train_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=_base_.image_size),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='PackExpression'),
]

model = dict(backbone=dict(init_cfg=dict(type='Pretrained', checkpoint=pretrained)))
train_dataloader = dict(batch_size=256, dataset=dict(pipeline=train_pipeline))
optim_wrapper = dict(optimizer=dict(lr=2.5e-4))
train_cfg = dict(max_epochs=epochs)
face_crop = dict(type='five_point', size=224, margin=0.0)
