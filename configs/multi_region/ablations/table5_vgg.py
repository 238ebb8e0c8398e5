# Table 5 of paper 001, row VGGNet: trained with the penalty, to be pruned by tools/prune.py.
_base_ = '../multi_region_vgg16bn_rafdb.py'
model = {{_base_.plain}}
train_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.pipelines.plain.test}}))
tta_pipeline = {{_base_.pipelines.plain.tta}}
custom_hooks = [dict(type='ChannelPruningHook', penalty=1e-4)]
