# Table 2 of paper 000, row 3: both branches, no HDAM; 94.61 in the paper (95.55 over classes).
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(neck=[dict(type='FeaturePooling')])
