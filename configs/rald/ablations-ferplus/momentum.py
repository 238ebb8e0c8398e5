# Neighbors from a momentum bank of the whole training part, not from the batch; to join.
_base_ = '../rald_r18_ferplus-48px.py'
custom_hooks = [dict(type='LabelDistributionHook', neighbors='momentum', momentum=0.5)]
