# The backbone alone: neither HDAM nor a loss on the features.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
model = dict(neck=[dict(type='FeaturePooling')], head=dict(feature_losses=[]))
