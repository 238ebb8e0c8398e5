# Figure 6 of paper 003: k = 7 nearest images instead of 5.
_base_ = '../rald_r18_fgemotions.py'
model = dict(head=dict(neighbor_loss=dict(k=7)))
