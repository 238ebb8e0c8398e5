"""VGG-16 without batch norm as in table 1 of paper 001: AffectNet-7; 51.11 in the paper."""

_base_ = './multi_region_vgg16bn_affectnet7.py'

model = dict(_base_.plain, backbone=dict(_base_.plain.backbone, norm='none'))
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
tta_pipeline = {{_base_.pipelines.plain.tta}}
