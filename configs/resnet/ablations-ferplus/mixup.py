# Mixup of every batch.
_base_ = '../resnet18_ferplus-48px.py'
data_preprocessor = dict(batch_augments=dict(augments=dict(type='Mixup', alpha=0.2)))
