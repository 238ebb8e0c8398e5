# Table 3 of paper 003, row (f): HLRR and LGIFO; 96.06 in the paper.
_base_ = '../rald_r18_fgemotions.py'
model = dict(neck=dict(itrr=None, neighbors='cosine'), head=dict(neighbor_loss=None))
custom_hooks = []
