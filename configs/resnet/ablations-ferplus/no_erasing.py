# No erasing.
_base_ = '../resnet18_ferplus-48px.py'
train_pipeline = [*_base_.train_pipeline[:3], _base_.train_pipeline[-1]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
