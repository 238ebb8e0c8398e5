# Table 3 of paper 003, row (g): ITRR, HLRR and LGIFO; 97.25 in the paper.
_base_ = '../rald_r18_fgemotions.py'
model = dict(head=dict(neighbor_loss=None))
custom_hooks = []
