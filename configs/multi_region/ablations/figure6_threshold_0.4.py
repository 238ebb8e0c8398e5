# Figure 6 of paper 001: landmarks count from a confidence of 0.4 on instead of 0.5.
_base_ = '../multi_region_vgg16bn_rafdb.py'
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.threshold_0_4.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.threshold_0_4.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.threshold_0_4.test}}))
tta_pipeline = {{_base_.pipelines.threshold_0_4.tta}}
