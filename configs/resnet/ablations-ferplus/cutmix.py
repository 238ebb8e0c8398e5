# CutMix of every batch.
_base_ = '../resnet18_ferplus-48px.py'
data_preprocessor = dict(batch_augments=dict(augments=dict(type='CutMix', alpha=1.0)))
