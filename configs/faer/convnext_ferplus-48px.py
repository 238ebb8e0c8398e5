"""The small ConvNeXt alone, without FAER's attention and center loss, at 48 px."""

_base_ = './faer_convnext_ferplus-48px.py'
model = dict(
    neck=[dict(type='FeaturePooling', in_channels=256, norm=dict(type='LN', eps=1e-6))],
    head=dict(feature_losses=[]),
)
