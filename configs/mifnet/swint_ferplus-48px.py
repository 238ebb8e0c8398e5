"""The slim Swin of MIFNet alone on FERPlus at 48 px."""

_base_ = './mifnet_r18-swint_ferplus-48px.py'
model = dict(
    backbone=dict(branch1=None),
    neck=[dict(type='FeaturePooling')],
    head=dict(feature_losses=[]),
)
