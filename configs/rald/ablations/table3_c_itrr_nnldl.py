# Table 3 of paper 003, row (c): ITRR and NNLDL; 96.45 in the paper.
_base_ = '../rald_r18_fgemotions.py'
model = dict(neck=dict(labels=None, hlrr=None, lgifo=None))
