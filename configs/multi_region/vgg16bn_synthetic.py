"""VGG-16 with batch norm on rendered faces: the plain network beside the multi-region one.

python tools/render_synthetic.py rafdb data/synthetic/rafdb --preset small
"""

_base_ = './multi_region_vgg16bn_synthetic.py'

model = dict(
    _delete_=True,
    type='ImageClassifier',
    backbone={{_base_.model.backbone.trunk}},
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=7,
        in_channels={{_base_.model.neck.in_channels}},
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
tta_pipeline = {{_base_.pipelines.plain.tta}}
