# Table 3 of paper 003, row (d): LGIFO, guided by the projected labels; 95.93 in the paper.
_base_ = '../rald_r18_fgemotions.py'
model = dict(
    neck=dict(itrr=None, hlrr=None, neighbors='cosine'),
    head=dict(neighbor_loss=None),
)
custom_hooks = []
