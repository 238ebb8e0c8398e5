# ConvNeXt with CC attention.
_base_ = '../faer_convnext_ferplus-48px.py'
model = dict(head=dict(feature_losses=[]))
