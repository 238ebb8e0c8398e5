# SDCL with a twelfth of the paper's weight, as in the config.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
loss = dict(_base_.model.head.feature_losses[0], loss_weight=0.05)
model = dict(head=dict(feature_losses=[loss]))
parts = ['loss']
