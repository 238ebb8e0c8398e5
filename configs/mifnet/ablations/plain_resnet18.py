# Only the first branch, to measure speed and size.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(
    backbone=dict(_delete_=True, type='ResNet', depth=18),
    neck=[dict(type='FeaturePooling')],
    head=dict(feature_losses=[]),
)
