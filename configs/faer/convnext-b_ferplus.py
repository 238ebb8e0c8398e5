"""ConvNeXt-Base alone, without FAER's attention and center loss, on FERPlus."""

_base_ = './faer_convnext-b_ferplus.py'
model = dict(
    neck=[dict(type='FeaturePooling', in_channels=1024, norm=dict(type='LN', eps=1e-6))],
    head=dict(feature_losses=[]),
)
