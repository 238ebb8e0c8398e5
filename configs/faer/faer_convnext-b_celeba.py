"""FAER as in paper 002: the 40 attributes of CelebA, 60 epochs; 91.87 in the paper.

The trunk starts from the weights of faer_convnext-b_msceleb.py.
"""

_base_ = [
    '../_base_/models/faer_convnext-b.py',
    '../_base_/datasets/celeba.py',
    '../_base_/schedules/adamw_exp_60e.py',
    '../_base_/default_runtime.py',
]

pretrained = 'work_dirs/faer_convnext-b_msceleb/epoch_20.pth'
train_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=_base_.image_size),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='PackExpression'),
]

model = dict(
    backbone=dict(init_cfg=dict(type='Pretrained', checkpoint=pretrained)),
    head=dict(
        _delete_=True,
        type='AttributeHead',
        num_classes=40,
        in_channels=1024,
        # Without alpha: with mmpretrain's default of 0.25, positives would have a third of the
        # weight of negatives.
        loss=dict(type='FocalLoss', gamma=2.0, alpha=0.5, loss_weight=2.0),
    ),
)
train_dataloader = dict(batch_size=256, dataset=dict(pipeline=train_pipeline))
# The aligned images show more than the face: the eyes are at about (69, 111) and (108, 111) of 178
# x 218 pixels.
face_crop = dict(type='five_point', size=224, margin=0.35)
