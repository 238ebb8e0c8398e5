# Table 4 of paper 001, row Global branch + attention map; 80.53 in the paper.
_base_ = '../multi_region_vgg16bn_rafdb.py'
model = dict(
    backbone=dict(branches=('global',)),
    head=dict(in_channels={{_base_.model.neck.in_channels}}, weights=(1.0,)),
)
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.face.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.face.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.face.test}}))
tta_pipeline = {{_base_.pipelines.face.tta}}
