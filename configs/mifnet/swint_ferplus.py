"""MIFNet's Swin-T alone on FERPlus."""

_base_ = './mifnet_r18-swint_ferplus.py'
model = dict(
    backbone=dict(branch1=None),
    neck=[dict(type='FeaturePooling')],
    head=dict(feature_losses=[]),
)
