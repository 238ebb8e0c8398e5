# A loss on the coarse level of the tree; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(head=dict(coarse_loss=dict(type='CoarseLoss', label_tree='ferplus', loss_weight=0.5)))
