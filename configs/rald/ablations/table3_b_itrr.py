# Table 3 of paper 003, row (b): ITRR; 96.60 in the paper.
_base_ = '../rald_r18_fgemotions.py'
model = dict(
    neck=dict(labels=None, hlrr=None, lgifo=None),
    head=dict(neighbor_loss=None),
)
custom_hooks = []
