# Squared distances are means over the elements, not sums; to join.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
loss = dict(_base_.model.head.feature_losses[0], scale='width')
model = dict(head=dict(feature_losses=[loss]))
parts = ['loss']
