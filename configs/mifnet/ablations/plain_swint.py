# Only the second branch, to measure speed and size.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(
    backbone=dict(_delete_=True, type='SwinTransformer', arch='tiny'),
    neck=[dict(type='FeaturePooling')],
    head=dict(in_channels=768, feature_losses=[]),
)
