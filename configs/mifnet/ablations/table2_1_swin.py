# Table 2 of paper 000, row 1: Swin alone, no HDAM; 93.95 in the paper (94.97 over classes).
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(backbone=dict(branch1=None), neck=[dict(type='FeaturePooling')])
