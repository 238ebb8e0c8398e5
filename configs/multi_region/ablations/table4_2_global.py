# Table 4 of paper 001, row Global branch: the face alone, without attention; 78.26 in the paper.
_base_ = '../multi_region_vgg16bn_rafdb.py'
model = dict(
    backbone=dict(branches=('global',)),
    neck=None,
    mask_loss=None,
    head=dict(in_channels={{_base_.model.neck.in_channels}}, weights=(1.0,)),
)
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
tta_pipeline = {{_base_.pipelines.plain.tta}}
