# The loss on the scores alone.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
model = dict(head=dict(feature_losses=[]))
