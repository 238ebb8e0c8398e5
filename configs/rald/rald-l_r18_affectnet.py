"""RALD-L as in paper 003 on AffectNet-7; 65.24 in the paper, on images that it counts otherwise."""

_base_ = [
    '../_base_/models/rald_r18.py',
    '../_base_/datasets/affectnet.py',
    '../_base_/schedules/sgd_300e.py',
    '../_base_/default_runtime.py',
]
# The older form has whole photographs, with a box for each face; the one of 2021 has faces, and
# there CropFace goes.
train_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='CropFace', margin=0.1),
    dict(type='ResizeFace', size=224),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=10, scale=(0.9, 1.1), shift=0.05),
    dict(type='PackExpression'),
]
