# ConvNeXt alone: neither the attention nor a loss on the features.
_base_ = '../faer_convnext_ferplus-48px.py'
model = dict(neck=[_base_.small.neck[1]], head=dict(feature_losses=[]))
