# Table 3 of paper 003, row (e): ITRR and LGIFO; 96.80 in the paper.
_base_ = '../rald_r18_fgemotions.py'
model = dict(neck=dict(hlrr=None), head=dict(neighbor_loss=None))
custom_hooks = []
