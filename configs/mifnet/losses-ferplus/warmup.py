# The weight rises from 0 in the first half of the training, about 1,000 steps; to join.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
loss = dict(_base_.model.head.feature_losses[0], warmup=1000)
model = dict(head=dict(feature_losses=[loss]))
parts = ['loss']
