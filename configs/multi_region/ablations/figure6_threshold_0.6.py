# Figure 6 of paper 001: landmarks count from a confidence of 0.6 on instead of 0.5.
_base_ = '../multi_region_vgg16bn_rafdb.py'
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.threshold_0_6.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.threshold_0_6.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.threshold_0_6.test}}))
tta_pipeline = {{_base_.pipelines.threshold_0_6.tta}}
