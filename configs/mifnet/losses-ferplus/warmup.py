# The weight rises from 0 in the first half of the training; to join.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
loss = dict(_base_.model.head.feature_losses[0], warmup=_base_.warmup_steps)
model = dict(head=dict(feature_losses=[loss]))
parts = ['loss']
