"""ResNet-50 as in table 1 of paper 001: RAF-DB; 82.83 in the paper."""

_base_ = './multi_region_vgg16bn_rafdb.py'

model = dict(
    _base_.plain,
    backbone=dict(type='ResNet', depth=50, zero_init_residual=False),
    head=dict(_base_.plain.head, in_channels=2048),
)
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
tta_pipeline = {{_base_.pipelines.plain.tta}}
