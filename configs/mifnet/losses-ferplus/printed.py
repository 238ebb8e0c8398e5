# SDCL with the weight of the paper.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
loss = dict(_base_.model.head.feature_losses[0], loss_weight=0.6)
model = dict(head=dict(feature_losses=[loss]))
parts = ['loss']
